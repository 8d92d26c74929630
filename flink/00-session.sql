-- Session settings. They apply to every job that the session submits.

-- Timestamps without a time zone are UTC.
SET 'table.local-time-zone' = 'UTC';

-- Buffer updates of a window for at most 200 ms: this reduces output records to a twentieth and adds 100 ms of latency on average.
SET 'table.exec.mini-batch.enabled' = 'true';
SET 'table.exec.mini-batch.allow-latency' = '200 ms';
SET 'table.exec.mini-batch.size' = '5000';

-- Hand records on to other tasks within 10 ms. There are two such steps, of which each would add up to 100 ms by default.
SET 'execution.buffer-timeout.interval' = '10 ms';

-- Window state never expires: a record that arrives days late must add to the total, not replace it.
SET 'table.exec.state.ttl' = '0 ms';

-- After a failure, records since the last checkpoint are read again. This is harmless: each output record has the full totals.
SET 'execution.checkpointing.interval' = '3 s';
SET 'execution.checkpointing.min-pause' = '1 s';
SET 'execution.checkpointing.externalized-checkpoint-retention' = 'RETAIN_ON_CANCELLATION';

-- Operators hand rows on without copying them; none of them keeps or changes a row that it has passed on.
SET 'pipeline.object-reuse' = 'true';

-- One task per partition of the topic of transactions.
SET 'parallelism.default' = '3';

-- A row with NULL in a column that must have a value is not written; by default the job would fail.
SET 'table.exec.sink.not-null-enforcer' = 'DROP';
