-- Ends the reader's transactions that are open for longer than its time limits allow (30 s), which a session may lift.
SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity
  WHERE usename = 'mcp_reader' AND state <> 'idle' AND xact_start < now() - interval '1 minute';
