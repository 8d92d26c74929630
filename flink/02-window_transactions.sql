-- One record per change of a window, keyed by its start; consumers keep the newest. One writer for the topic's only partition.
-- Pinot's columns have the same names.
CREATE TABLE window_transactions (
  WINDOW_START BIGINT,
  WINDOW_END BIGINT,
  TOTAL_PAID BIGINT,
  TOTAL_TRANSACTIONS BIGINT,
  AVERAGE_TRANSACTION_VALUE DOUBLE,
  PRIMARY KEY (WINDOW_START) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = '{{windowsTopic}}',
  'properties.bootstrap.servers' = '{{brokers}}',
  'key.format' = 'json',
  'value.format' = 'json',
  'value.fields-include' = 'ALL',
  'sink.parallelism' = '1'
);
