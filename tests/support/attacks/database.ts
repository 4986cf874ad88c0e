import { must } from "../fleet/command";
import { docker, type Fleet } from "../fleet/fleet";

/** The database as its superuser sees it: a way that no server has. */
export function asSuperuser(fleet: Fleet, sql: string): Promise<string> {
  return docker(fleet, "exec", "mcp-database", "psql", "-XqAt", "-h", "/tmp", "-U", "postgres", "mcp", "-c", sql);
}

/** All that an attack could change: rows, tables, functions, sequences, large objects, roles, settings, rights. */
const EVERYTHING = `
SELECT md5(concat(
  (SELECT array_agg(t::text ORDER BY id) FROM customers t),
  (SELECT array_agg(t::text ORDER BY id) FROM products t),
  (SELECT array_agg(t::text ORDER BY id) FROM orders t),
  (SELECT array_agg(t::text ORDER BY order_id, product_id) FROM order_items t),
  (SELECT array_agg(concat(relname, relkind, relowner, relacl) ORDER BY oid) FROM pg_class),
  (SELECT array_agg(concat(proname, proacl) ORDER BY oid) FROM pg_proc),
  (SELECT array_agg(s::text ORDER BY sequencename) FROM pg_sequences s),
  (SELECT count(*) FROM pg_largeobject_metadata),
  (SELECT array_agg(a::text ORDER BY oid) FROM pg_authid a),
  (SELECT array_agg(m::text ORDER BY oid) FROM pg_auth_members m),
  (SELECT array_agg(s::text ORDER BY s::text) FROM pg_db_role_setting s),
  (SELECT array_agg(concat(datname, datacl) ORDER BY oid) FROM pg_database),
  (SELECT array_agg(concat(nspname, nspacl) ORDER BY oid) FROM pg_namespace),
  (SELECT array_agg(d::text ORDER BY oid) FROM pg_default_acl d),
  (SELECT array_agg(extname ORDER BY oid) FROM pg_extension)))`;

/** A checksum of all that; `after` is SQL that is undone again. */
export async function checksum(fleet: Fleet, after?: string): Promise<string> {
  return asSuperuser(fleet, after ? `BEGIN; ${after}; ${EVERYTHING}; ROLLBACK` : EVERYTHING);
}

/**
 * Runs statements as the reader's role, over the network like the server, but past the server: with read-only switched
 * off, as everybody may. One connection for all.
 * @returns what psql printed for each statement; an error as `ERROR:  SQLSTATE`
 */
export async function asReader(fleet: Fleet, statements: string[]): Promise<string[]> {
  const dsn = new URL(await docker(fleet, "exec", "mcp-postgres", "cat", "/run/secrets/dsn"));
  const script = [
    dsn.password,
    "\\set VERBOSITY sqlstate",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE;",
    ...statements.flatMap((sql) => ["\\echo @@", `${sql};`, "ROLLBACK;"]),
  ].join("\n");
  // The password by stdin: it shows up in no list of processes.
  const psql = `read -r PGPASSWORD; export PGPASSWORD; exec psql -XqAt -h "$(hostname -i)" -U ${dsn.username} mcp 2>&1`;
  const args = ["exec", "-i", "mcp-database", "sh", "-c", psql];
  const printed = await must("docker", args, { env: fleet.env, input: `${script}\n`, timeout: 120_000 });
  return printed.split("@@\n").slice(1);
}
