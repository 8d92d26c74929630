/*
 * Name look-ups that a client does not wait for once it is closing. getaddrinfo blocks for as long as the name servers are
 * silent, easily 20 seconds, and librdkafka, which calls it from its own threads, waits for them when a client is destroyed:
 * no deadline of a request, a read or a close would be kept. So each look-up has a thread of its own, which is left alone
 * when its client closes.
 */
#ifndef STREAMCTL_RESOLVE_H
#define STREAMCTL_RESOLVE_H

#include <rdkafka.h>
#include <stdatomic.h>

/* Makes a client with this configuration look up names here. Its opaque must be a client_log (log_attach). */
void resolve_attach(rd_kafka_conf_t *conf);

#endif
