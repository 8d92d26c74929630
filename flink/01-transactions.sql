-- Transactions as they were sent. A value that does not parse becomes NULL; a record that is not JSON is left out.
-- What a transaction of Kafka's gave up was not sent, and is not read. Partitions that are added are found within seconds.
-- Numbers are integers in the contract. As BIGINT, Flink would read 10.5 as 10; as DOUBLE the two can be told apart.
CREATE TABLE transactions (
  event_timestamp TIMESTAMP(3),
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
  'json.timestamp-format.standard' = 'SQL',
  'json.ignore-parse-errors' = 'true'
);
