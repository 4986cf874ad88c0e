import type { Outputs } from "../../stack/outputs";
import { table } from "../output";

/** What `up` ends with: every endpoint, every server's URL, and how to get the tokens. Shows no secret. */
export function endpointsText({ endpoints, servers }: Pick<Outputs, "endpoints" | "servers">): string {
  const rows = [
    ...Object.entries(endpoints).map(([name, url]) => ["endpoint", name, "", String(url)]),
    ...Object.entries(servers).map(([name, { transport, url }]) => ["server", name, transport, url]),
  ];
  return `${table(["WHAT", "NAME", "SPEAKS", "URL"], rows)}

${endpoints.page ? "The page, signed in:             bin/dind-mcp ui\n" : ""}A client's configuration:        bin/dind-mcp connect claude-code (connect alone lists the others)
An mcp.json, with its token:     bin/dind-mcp outputs clientConfig --show-secrets --json
All tokens (mcp, read, admin):   bin/dind-mcp outputs tokens --show-secrets --json`;
}
