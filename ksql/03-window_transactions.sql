-- Income in windows of {{windowSizeSeconds}} seconds, one record per change; the fields of the value are Pinot's columns.
-- All transactions form one group. Its constant, also the Kafka key, identifies the computation and its owner.
-- The grace period covers all times from 1970 to 9999, so that late records always count.
CREATE TABLE {{namePrefix}}window_transactions WITH (
  KAFKA_TOPIC = '{{windowsTopic}}',
  VALUE_FORMAT = 'JSON',
  PARTITIONS = 1
) AS
SELECT
  '{{computation}}' AS computation,
  WINDOWSTART AS `WINDOW_START`,
  WINDOWEND AS `WINDOW_END`,
  SUM(total_paid) AS `TOTAL_PAID`,
  COUNT(*) AS `TOTAL_TRANSACTIONS`,
  AVG(total_paid) AS `AVERAGE_TRANSACTION_VALUE`
FROM {{namePrefix}}paid_transactions
WINDOW TUMBLING (SIZE {{windowSizeSeconds}} SECONDS, RETENTION {{retentionDays}} DAYS, GRACE PERIOD {{graceDays}} DAYS)
GROUP BY '{{computation}}'
EMIT CHANGES;
