import { KEY, PASSWORD, SAID } from "../world/services";
import type { Popular } from "./popular";

const KUBECONFIG = `apiVersion: v1
kind: Config
current-context: home
contexts: [{ name: home, context: { cluster: home, user: me } }]
clusters: [{ name: home, cluster: { server: "https://kube.lan:6443", certificate-authority: /run/secrets/test-ca } }]
users: [{ name: me, user: { token: ${KEY} } }]
`;
const says = new RegExp(SAID);

/** Servers for a database or a service of the user's own, in a private network. */
export const PRIVATE: Popular[] = [
  {
    source: "npm:@modelcontextprotocol/server-redis",
    options: ["--egress", "redis.lan:6379", "--", "redis://redis.lan:6379"],
    name: "redis",
    privateHosts: ["redis.lan:6379"],
    steps: [
      { tool: "get", args: { key: "kettle" }, answers: says },
      { tool: "set", args: { key: "tea", value: "at one" }, answers: /Success/ },
      { tool: "get", args: { key: "tea" }, answers: /at one/ },
    ],
  },
  {
    source: "pypi:postgres-mcp",
    options: ["--egress", "postgres.lan:5432"],
    name: "postgres-mcp",
    secrets: { dsn: `postgresql://reader:${PASSWORD}@postgres.lan:5432/things` },
    privateHosts: ["postgres.lan:5432"],
    steps: [{ tool: "execute_sql", args: { sql: "select says from kettle" }, answers: says }],
  },
  {
    source: "npm:@bytebase/dbhub",
    options: ["--secret", "DSN", "--egress", "postgres.lan:5432"],
    name: "dbhub",
    secrets: { dsn: `postgres://reader:${PASSWORD}@postgres.lan:5432/things?sslmode=disable` },
    privateHosts: ["postgres.lan:5432"],
    steps: [{ tool: "execute_sql", args: { sql: "select says from kettle" }, answers: says }],
  },
  {
    source: "npm:@benborla29/mcp-server-mysql",
    options: [
      ...["--egress", "mysql.lan:3306"],
      ...["--env", "MYSQL_HOST=mysql.lan", "--env", "MYSQL_DB=things", "--env", "MYSQL_USER=reader"],
    ],
    name: "mysql",
    secrets: { password: PASSWORD },
    privateHosts: ["mysql.lan:3306"],
    steps: [{ tool: "mysql_query", args: { sql: "select says from kettle" }, answers: says }],
  },
  {
    source: "npm:@elastic/mcp-server-elasticsearch",
    options: ["--egress", "es.lan:9200", "--env", "ES_URL=https://es.lan:9200"],
    name: "elasticsearch",
    secrets: { key: KEY },
    privateHosts: ["es.lan:9200"],
    steps: [{ tool: "list_indices", args: { indexPattern: "*" }, answers: /kettle-boils-at-noon/ }],
  },
  {
    source: "npm:kubernetes-mcp-server",
    options: ["--egress", "kube.lan:6443"],
    name: "kubernetes",
    secrets: { kubeconfig: KUBECONFIG },
    privateHosts: ["kube.lan:6443"],
    steps: [{ tool: "namespaces_list", answers: /kettle-boils-at-noon/ }],
  },
];
