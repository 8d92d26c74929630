/*
 * Name look-ups that do not delay closing a client. getaddrinfo blocks while the name servers do not respond, often for 20
 * seconds. librdkafka calls it on its threads and joins them in rd_kafka_destroy, so requests, reads and closes would miss their
 * deadlines. Therefore each look-up runs on its own detached thread, which is abandoned when the client closes.
 */
#ifndef STREAMCTL_RESOLVE_H
#define STREAMCTL_RESOLVE_H

#include <rdkafka.h>
#include <stdatomic.h>

/* Sets the resolve_cb of a configuration, whose opaque must be a client_log (log_attach). */
void resolve_attach(rd_kafka_conf_t *conf);

#endif
