-- The transactions as sent. The contract requires integers. The columns are DOUBLE to distinguish 10.5 from 10.
CREATE STREAM {{namePrefix}}transactions (
  event_timestamp STRING,
  transaction_id DOUBLE,
  user_id STRING,
  total_paid DOUBLE,
  status STRING
) WITH (
  KAFKA_TOPIC = '{{transactionsTopic}}',
  VALUE_FORMAT = 'JSON'
);
