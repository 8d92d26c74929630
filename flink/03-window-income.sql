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
    -- Seconds since 1970; NULL for a day that the calendar lacks, such as February 30. Rows without a WINDOW_START are not written.
    (
      TIMESTAMPDIFF(DAY, DATE '1970-01-01', TRY_CAST(event_timestamp AS DATE)) * CAST(86400 AS BIGINT)
      + TIMESTAMPDIFF(SECOND, TIME '00:00:00', CAST(SUBSTRING(event_timestamp, 12, 8) AS TIME))
    ) / {{windowSizeSeconds}} * {{windowSizeMs}} AS WINDOW_START,
    CAST(total_paid AS BIGINT) AS total_paid
  FROM transactions
  -- Stands for the conditions under which a transaction counts: it is paid, and every field meets the contract. The contract allows times
  -- from 1970 on: for earlier ones the division would round towards zero.
  WHERE {{countedTransactions}}
)
GROUP BY WINDOW_START;
