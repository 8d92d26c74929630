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
-- Stands for the conditions under which a transaction counts: it is paid, and every field meets the contract.
WHERE {{countedTransactions}}
EMIT CHANGES;
