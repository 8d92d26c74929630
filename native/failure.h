/* An error for JavaScript: librdkafka's error name and a message. Contains no pointers, so it can be copied. */
#ifndef STREAMCTL_FAILURE_H
#define STREAMCTL_FAILURE_H

#include <rdkafka.h>

struct failure {
  char code[48]; /* such as "_TRANSPORT"; empty if there is no error */
  char message[512];
};

/* Uses librdkafka's description of the error if message is NULL or empty. */
void failure_set(struct failure *failure, rd_kafka_resp_err_t error, const char *message);

#endif
