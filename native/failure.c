#include "failure.h"

#include <stdio.h>

void failure_set(struct failure *failure, rd_kafka_resp_err_t error, const char *message) {
  const char *text = message && *message ? message : rd_kafka_err2str(error);
  snprintf(failure->code, sizeof failure->code, "%s", rd_kafka_err2name(error));
  snprintf(failure->message, sizeof failure->message, "%s", text);
}
