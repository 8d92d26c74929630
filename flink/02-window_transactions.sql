-- One record per change of a window, keyed by the window; consumers keep the newest.
-- Pinot's columns have the same names.
CREATE TABLE window_transactions (
  WINDOW_START BIGINT,
  WINDOW_END BIGINT,
  TOTAL_PAID BIGINT,
  TOTAL_TRANSACTIONS BIGINT,
  AVERAGE_TRANSACTION_VALUE DOUBLE,
  PRIMARY KEY (WINDOW_START, WINDOW_END) NOT ENFORCED
) WITH (
  'connector' = 'upsert-kafka',
  'topic' = '{{windowsTopic}}',
  'properties.bootstrap.servers' = '{{brokers}}',
  'key.format' = 'json',
  'value.format' = 'json',
  'value.fields-include' = 'ALL'
);
