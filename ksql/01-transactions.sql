-- Transactions as they were sent. Numbers are integers in the contract; as DOUBLE, 10.5 can be told from 10.
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
