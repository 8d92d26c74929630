-- Income in windows of {{windowSizeSeconds}} seconds, a record for every change; the fields of the value are Pinot's columns.
-- All transactions form one group. Its key, which goes to Kafka's key, says whose computation this is: the server gives it back.
-- A record counts however late it comes: the grace spans every time from 1970 to 9999.
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
