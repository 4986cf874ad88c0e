/** The server of the catalog that they are about. */
export const SERVER = "files";

/** One call of an operation. */
export interface Made {
  /** Values of the path's parameters. */
  path?: Record<string, string>;
  query?: string;
  body?: unknown;
  /** What it is answered with. @default 200 */
  status?: number;
}

export const named = { path: { name: SERVER } };
const nobody = { path: { name: "nobody" }, status: 404 };
const entry = { serverName: `io.github.dind-mcp%2F${SERVER}` };

/**
 * Calls of every operation of a running orchestrator, good ones and bad ones; none takes anything from the fleet that other
 * tests use. A unit test (access.test.ts) says when an operation is missing, for it needs no fleet to see it.
 */
export const CONTRACT_CALLS: Record<string, Made[]> = {
  listServers: [{}, { query: "?limit=1" }, { query: "?limit=0&colour=red", status: 400 }],
  deployServer: [
    { body: { manifest: { name: SERVER, description: "d", privileged: true } }, status: 422 },
    { body: "text", status: 400 },
  ],
  getServer: [named, nobody],
  removeServer: [{ ...named, status: 409 }, nobody],
  getServerStats: [named, nobody],
  startServer: [named, nobody],
  restartServer: [nobody],
  stopServer: [nobody],
  getServerEgress: [named, nobody],
  getServerRefusals: [named, nobody],
  beginSignIn: [{ ...named, status: 409 }, nobody],
  getSignIn: [{ path: { ...named.path, id: "none" }, status: 409 }],
  signOut: [{ ...named, status: 409 }, nobody],
  beginOwnSignIn: [{ ...named, status: 409 }, nobody],
  getOwnSignIn: [{ path: { ...named.path, id: "none" }, status: 409 }],
  signOutOwn: [{ ...named, status: 409 }, nobody],
  finishSignIn: [{ query: "?state=none", status: 404 }],
  startLearning: [
    { ...nobody, body: { minutes: 5 } },
    { ...named, body: { minutes: 0 }, status: 400 },
  ],
  getLearned: [nobody],
  endLearning: [nobody],
  getServerSbom: [named, nobody],
  rehearseServer: [{ ...named, status: 404 }, nobody], // the engine has no image to rehearse
  listServerEvents: [named, nobody],
  searchRegistry: [{ query: "?search=files", status: 409 }], // the orchestrator has no way out unless it is told
  searchPackages: [{ query: "?search=files" }], // none is configured, and it says so
  listCatalog: [{}],
  draftServer: [
    {
      body: {
        document: {
          ...{ name: "io.example/one", description: "One", version: "1.0.0" },
          packages: [{ registryType: "npm", identifier: "one", version: "1.0.0", transport: { type: "stdio" } }],
        },
      },
    },
    { body: { document: [] }, status: 400 },
  ],
  getServerLogs: [named, { ...named, query: "?tail=x", status: 400 }, { ...named, query: "?follow=true" }],
  exportServerLogs: [named, nobody],
  listTools: [named, nobody],
  approveTools: [named, nobody],
  callTool: [
    { path: { name: SERVER, tool: "list_allowed_directories" }, body: { arguments: {} } },
    { path: { name: "nobody", tool: "t" }, status: 404 },
    { path: { name: SERVER, tool: "t" }, body: { arguments: [] }, status: 400 },
  ],
  listSessions: [{}],
  endSession: [{ path: { id: "nobody" }, status: 404 }],
  getEngine: [{}],
  getDiscovery: [{}],
  getTopology: [{}],
  planCleanup: [{}],
  cleanUp: [{}, { body: { dryRun: true } }],
  streamEvents: [{}],
  queryAudit: [{}, { query: "?kind=rest&limit=3" }, { query: "?since=yesterday", status: 400 }],
  exportAudit: [{}, { query: "?format=csv&kind=rest" }, { query: "?format=xml", status: 400 }],
  getCall: [{ path: { request: "nobody" }, status: 404 }],
  listClientConfigs: [{}],
  getClientConfig: [{ path: { client: "cursor" } }, { path: { client: "telnet" }, status: 400 }],
  listRegistryServers: [{}, { query: "?search=files&version=latest&limit=1" }],
  listRegistryVersions: [{ path: entry }],
  getRegistryVersion: [
    { path: { ...entry, version: "latest" } },
    { path: { ...entry, version: "0.0.0" }, status: 404 },
  ],
  health: [{}],
  readiness: [{}],
  getVersion: [{}],
  getArrival: [{}],
  getToken: [{}],
  listTokens: [{}],
  makeToken: [
    { body: { name: "contract", scopes: ["read"] }, status: 201 },
    { body: { name: "Contract", scopes: [] }, status: 400 },
  ],
  revokeToken: [
    { path: { token: "contract" }, status: 204 },
    { path: { token: "contract" }, status: 404 },
  ],
  getHistory: [{}],
  makeSignInLink: [{ status: 201 }],
};
