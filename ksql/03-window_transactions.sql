-- Income in windows of {{windowSizeSeconds}} seconds, a record for every change. All transactions form one group, whose key goes to
-- Kafka's key; the fields of the value are Pinot's columns. A record counts however late it comes: the grace is eleven years.
CREATE TABLE IF NOT EXISTS window_transactions WITH (
  KAFKA_TOPIC = '{{windowsTopic}}',
  VALUE_FORMAT = 'JSON',
  PARTITIONS = 1
) AS
SELECT
  '1' AS all_transactions,
  WINDOWSTART AS `WINDOW_START`,
  WINDOWEND AS `WINDOW_END`,
  SUM(total_paid) AS `TOTAL_PAID`,
  COUNT(*) AS `TOTAL_TRANSACTIONS`,
  AVG(total_paid) AS `AVERAGE_TRANSACTION_VALUE`
FROM paid_transactions
WINDOW TUMBLING (SIZE {{windowSizeSeconds}} SECONDS, RETENTION 4000 DAYS, GRACE PERIOD 3999 DAYS)
GROUP BY '1'
EMIT CHANGES;
