-- The transactions as sent. A value that cannot be parsed becomes NULL; a record that is not JSON is skipped. So is a record for which a
-- condition or an expression of the window fails, because Flink computes these within its JSON reader.
-- Records of aborted Kafka transactions are not read. New partitions are discovered within seconds.
-- The contract requires integers. The columns are DOUBLE, because Flink would read 10.5 as the BIGINT 10. The time is text, because
-- parsing a TIMESTAMP takes longer than everything that is computed from it, also in records that do not count.
CREATE TABLE transactions (
  event_timestamp STRING,
  transaction_id DOUBLE,
  user_id STRING,
  total_paid DOUBLE,
  status STRING
) WITH (
  'connector' = 'kafka',
  'topic' = '{{transactionsTopic}}',
  'properties.bootstrap.servers' = '{{brokers}}',
  'properties.group.id' = '{{consumerGroup}}',
  'properties.isolation.level' = 'read_committed',
  'scan.startup.mode' = 'earliest-offset',
  'scan.topic-partition-discovery.interval' = '5 s',
  'format' = 'json',
  'json.ignore-parse-errors' = 'true'
);
