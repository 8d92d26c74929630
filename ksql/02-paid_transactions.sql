-- The paid amounts with their event times. The time zone is explicit, so that the server's time zone does not matter.
-- A day that the calendar lacks is parsed as another one, so the parsed time must be written as it was read.
-- Retention is that of the windows: topics expire by event time, and simulated times may be years in the past.
CREATE STREAM {{namePrefix}}paid_transactions WITH (
  KAFKA_TOPIC = '{{paidTransactionsTopic}}',
  VALUE_FORMAT = 'JSON',
  PARTITIONS = {{transactionsPartitions}},
  RETENTION_MS = {{retentionMs}},
  TIMESTAMP = 'event_time'
) AS
SELECT
  PARSE_TIMESTAMP(event_timestamp, 'yyyy-MM-dd HH:mm:ss.SSS', 'UTC') AS event_time,
  CAST(total_paid AS BIGINT) AS total_paid
FROM {{namePrefix}}transactions
WHERE status = 'Paid'
  AND total_paid = FLOOR(total_paid)
  AND total_paid BETWEEN -9007199254740991 AND 9007199254740991
  AND transaction_id = FLOOR(transaction_id)
  AND transaction_id BETWEEN 1 AND 1000000
  AND FORMAT_TIMESTAMP(PARSE_TIMESTAMP(event_timestamp, 'yyyy-MM-dd HH:mm:ss.SSS', 'UTC'), 'yyyy-MM-dd HH:mm:ss.SSS', 'UTC') = event_timestamp
  AND REGEXP_EXTRACT('^\p{XDigit}{8}-\p{XDigit}{4}-\p{XDigit}{4}-\p{XDigit}{4}-\p{XDigit}{12}\z', user_id) IS NOT NULL
EMIT CHANGES;
