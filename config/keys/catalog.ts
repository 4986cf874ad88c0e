import { z } from "zod";
import { key } from "../key";
import { list, some, text } from "../parts";

function isPostgresUrl(value: string): boolean {
  if (value === "" || !URL.canParse(value)) return value === "";
  const { protocol, hostname } = new URL(value);
  return /^postgres(ql)?:$/.test(protocol) && /^[^,]+$/.test(hostname); // the relay passes on to one host
}

/** The servers of the catalog, and what they are given. */
export const catalogKeys = {
  catalog: key(list(some).min(1, "at least one folder").default(["mcp"]), {
    kind: "list of folders",
    meaning: "Folders of the catalog, relative to the project.",
    more: "Each holds one folder a server, with its `server.yaml`.",
    example: ["mcp", "../team-servers"],
  }),
  servers: key(list(some).default([]), {
    kind: "list of names",
    meaning: "Names of the catalog's servers to run.",
    byDefault: "all",
    example: ["files", "http"],
  }),
  databaseDsn: key(text.refine(isPostgresUrl, "postgres://USER:PASSWORD@HOST:PORT/DATABASE").default(""), {
    kind: "PostgreSQL URL",
    secret: true,
    meaning: "An external PostgreSQL for the servers that want a database.",
    see: "[External database](operations.md#external-database)",
    byDefault: "the embedded database",
    example: "postgres://reader:PASSWORD@db.example.com:5432/sales",
  }),
  secrets: key(z.record(z.string(), z.record(z.string(), text), "a mapping SERVER.SECRET").default({}), {
    kind: "mapping SERVER.SECRET",
    secret: true,
    meaning: "Values of the servers' secrets.",
    see: "[Secrets](operations.md#secrets)",
    example: { weather: { "api-key": "VALUE" } },
  }),
};
