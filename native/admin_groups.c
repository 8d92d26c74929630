#include "admin_request.h"

bool admin_list_groups(struct admin_request *request, struct failure *failure) {
  rd_kafka_AdminOptions_t *options = admin_options(request, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPS);
  rd_kafka_ListConsumerGroups(request->client, options, request->queue);
  rd_kafka_AdminOptions_destroy(options);

  rd_kafka_event_t *event = admin_await(request, RD_KAFKA_EVENT_LISTCONSUMERGROUPS_RESULT, failure);
  if (!event) return false;
  const rd_kafka_ListConsumerGroups_result_t *result = rd_kafka_event_ListConsumerGroups_result(event);
  size_t count = 0, errors = 0;
  const rd_kafka_ConsumerGroupListing_t **groups = rd_kafka_ListConsumerGroups_result_valid(result, &count);
  /* Each broker lists only the groups that it coordinates, so the list is incomplete if one broker failed. */
  const rd_kafka_error_t **failures = rd_kafka_ListConsumerGroups_result_errors(result, &errors);
  bool done =
      errors == 0 || !admin_failed(request, failure, rd_kafka_error_code(failures[0]), rd_kafka_error_string(failures[0]));
  for (size_t i = 0; done && i < count; i++) {
    answer_add(&request->answer, rd_kafka_ConsumerGroupListing_group_id(groups[i]));
    answer_add(&request->answer, rd_kafka_consumer_group_state_name(rd_kafka_ConsumerGroupListing_state(groups[i])));
  }
  rd_kafka_event_destroy(event);
  return done;
}

/* Adds topic, partition and offset of each partition with a committed offset to the answer. Returns false and fills *failure on
 * error. */
static bool add_offsets(struct admin_request *request, const rd_kafka_group_result_t *group, struct failure *failure) {
  const rd_kafka_error_t *error = rd_kafka_group_result_error(group);
  if (admin_failed(request, failure, rd_kafka_error_code(error), rd_kafka_error_string(error))) return false;
  const rd_kafka_topic_partition_list_t *partitions = rd_kafka_group_result_partitions(group);
  for (int i = 0; partitions && i < partitions->cnt; i++) {
    const rd_kafka_topic_partition_t *partition = &partitions->elems[i];
    if (admin_failed(request, failure, partition->err, NULL)) return false;
    if (partition->offset < 0) continue; /* nothing committed */
    answer_add(&request->answer, partition->topic);
    answer_add_number(&request->answer, partition->partition);
    answer_add_number(&request->answer, partition->offset);
  }
  return true;
}

bool admin_group_offsets(struct admin_request *request, struct failure *failure) {
  rd_kafka_ListConsumerGroupOffsets_t *group = rd_kafka_ListConsumerGroupOffsets_new(request->values[0], NULL);
  rd_kafka_AdminOptions_t *options = admin_options(request, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);
  rd_kafka_ListConsumerGroupOffsets(request->client, &group, 1, options, request->queue);
  rd_kafka_AdminOptions_destroy(options);
  rd_kafka_ListConsumerGroupOffsets_destroy(group);

  rd_kafka_event_t *event = admin_await(request, RD_KAFKA_EVENT_LISTCONSUMERGROUPOFFSETS_RESULT, failure);
  if (!event) return false;
  size_t count = 0;
  const rd_kafka_group_result_t **groups =
      rd_kafka_ListConsumerGroupOffsets_result_groups(rd_kafka_event_ListConsumerGroupOffsets_result(event), &count);
  bool done = count == 1 && add_offsets(request, groups[0], failure);
  rd_kafka_event_destroy(event);
  return done;
}
