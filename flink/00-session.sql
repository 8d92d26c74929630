-- Settings of the session; every job that it submits carries them.

-- Timestamps without a zone are UTC.
SET 'table.local-time-zone' = 'UTC';

-- Updates of a window are gathered for at most 200 ms: a twentieth of the records for a tenth of a second.
SET 'table.exec.mini-batch.enabled' = 'true';
SET 'table.exec.mini-batch.allow-latency' = '200 ms';
SET 'table.exec.mini-batch.size' = '5000';

-- A window is never forgotten: a record that arrives days late must add to its total, not overwrite it.
SET 'table.exec.state.ttl' = '0 ms';

-- What is read after the last checkpoint is read again after a failure; each record carries the full total, so that is harmless.
SET 'execution.checkpointing.interval' = '3 s';
SET 'execution.checkpointing.min-pause' = '1 s';
SET 'execution.checkpointing.externalized-checkpoint-retention' = 'RETAIN_ON_CANCELLATION';

-- One writer for the one partition of the windows.
SET 'parallelism.default' = '1';
