/* Creation of librdkafka's clients. */
#ifndef STREAMCTL_CLIENT_H
#define STREAMCTL_CLIENT_H

#include <rdkafka.h>

#include "failure.h"

/* Creates a client. Takes ownership of conf, also on failure. Returns NULL and fills *failure on error. */
rd_kafka_t *client_open(rd_kafka_type_t type, rd_kafka_conf_t *conf, struct failure *failure);

#endif
