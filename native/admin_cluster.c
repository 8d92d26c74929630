#include "admin_request.h"

bool admin_metadata(struct admin_request *request, struct failure *failure) {
  const struct rd_kafka_metadata *found = NULL;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR__TIMED_OUT;
  while (admin_left_ms(request) > 0) {
    error = rd_kafka_metadata(request->client, 1, NULL, &found, admin_next_slice_ms(request));
    rd_kafka_poll(request->client, 0);
    if (error && admin_aborted(request, failure)) return false;
    if (error != RD_KAFKA_RESP_ERR__TIMED_OUT && error != RD_KAFKA_RESP_ERR__TRANSPORT) break;
  }
  if (admin_failed(request, failure, error, NULL) || !found) return false;

  struct answer *answer = &request->answer;
  answer_add_number(answer, rd_kafka_controllerid(request->client, 0));
  answer_add_number(answer, found->broker_cnt);
  for (int i = 0; i < found->broker_cnt; i++) {
    answer_add_number(answer, found->brokers[i].id);
    answer_add(answer, found->brokers[i].host);
    answer_add_number(answer, found->brokers[i].port);
  }
  for (int i = 0; i < found->topic_cnt; i++) {
    answer_add(answer, found->topics[i].topic);
    answer_add_number(answer, found->topics[i].partition_cnt);
  }
  rd_kafka_metadata_destroy(found);
  return true;
}
