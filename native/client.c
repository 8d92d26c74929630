#include "client.h"

rd_kafka_t *client_open(rd_kafka_type_t type, rd_kafka_conf_t *conf, struct failure *failure) {
  char reason[sizeof failure->message] = "";
  rd_kafka_t *client = rd_kafka_new(type, conf, reason, sizeof reason);
  if (client) return client;
  failure_set(failure, rd_kafka_last_error(), reason);
  rd_kafka_conf_destroy(conf);
  return NULL;
}
