-- The paid amounts with their event times. The time zone is explicit, so that the server's time zone does not matter.
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
  AND REGEXP_EXTRACT('^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\z', user_id) IS NOT NULL
EMIT CHANGES;
