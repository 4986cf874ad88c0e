// endpoints.mts < outputs.json: the table `up` ends with, from `pulumi stack output --json`. Secrets come as "[secret]"
// from Pulumi itself; nothing here can reveal one.
import { readFileSync } from "node:fs";

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** One line of text for a value: what is nested is joined, what is empty is left out. */
function brief(value: Json | undefined): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(brief).join(" ");
  if (typeof value === "object")
    return Object.entries(value)
      .map(([key, item]) => `${key}=${brief(item)}`)
      .join(" ");
  return String(value);
}

const isObject = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const outputs = JSON.parse(readFileSync(0, "utf8")) as { [key: string]: Json };
const rows: string[][] = [];
for (const [title, section] of [
  ["endpoint", outputs.endpoints],
  ["server", outputs.servers],
] as const) {
  if (!isObject(section)) continue;
  for (const [name, value] of Object.entries(section)) {
    if (!isObject(value)) rows.push([title, name, brief(value)]);
    else {
      const { transport, url, ...rest } = value;
      rows.push([title, name, [transport, url].map(brief).filter(Boolean).join("  ") || brief(rest)]);
    }
  }
}
const width = (column: number) => Math.max(...rows.map((row) => row[column]?.length ?? 0));
if (rows.length === 0) console.log("the stack has no endpoints");
for (const [title = "", name = "", text] of rows)
  console.log(`${title.padEnd(width(0))}  ${name.padEnd(width(1))}  ${text}`);
if (outputs.clientConfig !== undefined)
  console.log(`
An mcp.json for clients, with its token:  bin/dind-mcp outputs clientConfig --show-secrets --json
All tokens (mcp, read, admin):            bin/dind-mcp outputs tokens --show-secrets --json`);
