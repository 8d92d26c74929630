-- Income in windows of {{windowSizeSeconds}} seconds of event time, updated by every transaction, however late.
INSERT INTO window_transactions
SELECT
  WINDOW_START,
  WINDOW_START + {{windowSizeMs}} AS WINDOW_END,
  SUM(total_paid) AS TOTAL_PAID,
  COUNT(*) AS TOTAL_TRANSACTIONS,
  AVG(CAST(total_paid AS DOUBLE)) AS AVERAGE_TRANSACTION_VALUE
FROM (
  SELECT
    -- Seconds since 1970, from the digits of the time.
    (
      TIMESTAMPDIFF(DAY, DATE '1970-01-01', TRY_CAST(SUBSTRING(event_timestamp, 1, 10) AS DATE)) * CAST(86400 AS BIGINT)
      + CAST(SUBSTRING(event_timestamp, 12, 2) AS INT) * 3600
      + CAST(SUBSTRING(event_timestamp, 15, 2) AS INT) * 60
      + CAST(SUBSTRING(event_timestamp, 18, 2) AS INT)
    ) / {{windowSizeSeconds}} * {{windowSizeMs}} AS WINDOW_START,
    CAST(total_paid AS BIGINT) AS total_paid
  FROM transactions
  -- Only transactions that meet the contract count, from 1970 on: for earlier times the division would round towards zero.
  WHERE status = 'Paid'
    AND total_paid = FLOOR(total_paid)
    AND total_paid BETWEEN -9007199254740991 AND 9007199254740991
    AND transaction_id = FLOOR(transaction_id)
    AND transaction_id BETWEEN 1 AND 1000000
    AND REGEXP(user_id, '^\p{XDigit}{8}-\p{XDigit}{4}-\p{XDigit}{4}-\p{XDigit}{4}-\p{XDigit}{12}\z')
    AND REGEXP(event_timestamp, '^\d{4}-\d\d-\d\d ([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}\z')
    AND TRY_CAST(SUBSTRING(event_timestamp, 1, 10) AS DATE) >= DATE '1970-01-01'
)
GROUP BY WINDOW_START;
