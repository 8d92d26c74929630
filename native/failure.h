/* A failure on its way to JavaScript: librdkafka's name of the error, and a sentence. Plain memory: copied, never freed. */
#ifndef STREAMCTL_FAILURE_H
#define STREAMCTL_FAILURE_H

#include <rdkafka.h>

struct failure {
  char code[48]; /* such as "_TRANSPORT"; empty where nothing failed */
  char message[512];
};

/* Fills the failure; a NULL or empty message is replaced by librdkafka's own text for the error. */
void failure_set(struct failure *failure, rd_kafka_resp_err_t error, const char *message);

#endif
