-- The reader: the role every SQL statement of an MCP client runs as. It may read the sample's schema and do nothing else.
-- Rights are the gate. The defaults further down (read-only, time limits) are courtesy: a session may switch them off.
-- Runs at every start, and again when the role was changed; it makes the role anew, in one transaction.
\set password `cat /run/secrets/reader-password`
BEGIN;

SELECT 'CREATE ROLE mcp_reader' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mcp_reader') \gexec
ALTER ROLE mcp_reader LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT
  CONNECTION LIMIT 12 VALID UNTIL 'infinity' PASSWORD :'password';
DROP OWNED BY mcp_reader; -- every right it was ever given, here and on databases
ALTER ROLE mcp_reader RESET ALL;
ALTER ROLE mcp_reader IN DATABASE mcp RESET ALL;

-- What PostgreSQL gives to everybody, and a reader has no use for.
REVOKE ALL ON DATABASE mcp, postgres, template1 FROM PUBLIC; -- CONNECT, and TEMP: temporary tables fill the disk
REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE USAGE ON LANGUAGE plpgsql, sql FROM PUBLIC;           -- no DO blocks
REVOKE SELECT ON pg_stat_activity FROM PUBLIC;               -- other sessions' queries: all share the role
DO $$
DECLARE f regprocedure;
BEGIN
  FOR f IN SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND (
      p.proname ~ '^(lo_|lowrite|loread)'                    -- large objects: data that needs no table
      OR p.proname ~ 'advisory'                              -- locks without limit, in memory all share
      OR p.proname ~ '^pg_(terminate|cancel)_backend$'       -- other sessions, which are the same role
      OR p.proname ~ '^pg_stat_get_(activity|backend_.*)$'
      OR p.proname IN ('pg_logical_emit_message', 'pg_notify', 'pg_export_snapshot'))
  LOOP
    EXECUTE format('REVOKE EXECUTE ON ROUTINE %s FROM PUBLIC', f);
  END LOOP;
END $$;

-- What it gets.
GRANT CONNECT ON DATABASE mcp TO mcp_reader;
GRANT USAGE ON SCHEMA public TO mcp_reader;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO mcp_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE mcp_owner IN SCHEMA public GRANT SELECT ON TABLES TO mcp_reader;

ALTER ROLE mcp_reader SET temp_file_limit = '64MB'; -- only a superuser may change this one
ALTER ROLE mcp_reader SET default_transaction_read_only = on;
ALTER ROLE mcp_reader SET statement_timeout = '30s';
ALTER ROLE mcp_reader SET idle_in_transaction_session_timeout = '30s';
ALTER ROLE mcp_reader SET lock_timeout = '5s';

COMMIT;
