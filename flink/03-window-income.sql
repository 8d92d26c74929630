-- Income in windows of {{windowSizeSeconds}} seconds of event time, updated by every transaction, however late.
-- Grouped by both start and end: if one were derived from the other, every update would be preceded by a delete.
INSERT INTO window_transactions
SELECT
  WINDOW_START,
  WINDOW_END,
  SUM(total_paid) AS TOTAL_PAID,
  COUNT(*) AS TOTAL_TRANSACTIONS,
  AVG(CAST(total_paid AS DOUBLE)) AS AVERAGE_TRANSACTION_VALUE
FROM (
  -- Only transactions that meet the contract count, from 1970 on: for earlier times the division would round towards zero.
  SELECT
    EXTRACT(EPOCH FROM event_timestamp) / {{windowSizeSeconds}} * {{windowSizeMs}} AS WINDOW_START,
    EXTRACT(EPOCH FROM event_timestamp) / {{windowSizeSeconds}} * {{windowSizeMs}} + {{windowSizeMs}} AS WINDOW_END,
    CAST(total_paid AS BIGINT) AS total_paid
  FROM transactions
  WHERE status = 'Paid'
    AND total_paid = FLOOR(total_paid)
    AND total_paid BETWEEN -9007199254740991 AND 9007199254740991
    AND transaction_id = FLOOR(transaction_id)
    AND transaction_id BETWEEN 1 AND 1000000
    AND REGEXP(user_id, '^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\z')
    AND event_timestamp BETWEEN TIMESTAMP '1970-01-01 00:00:00' AND TIMESTAMP '9999-12-31 23:59:59.999'
)
GROUP BY WINDOW_START, WINDOW_END;
