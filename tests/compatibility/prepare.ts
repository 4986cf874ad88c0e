import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Document, parseDocument } from "yaml";
import { cli, setSecret, type TestStack } from "../support/fleet/stack";
import type { Outcome } from "./drive";
import type { Popular } from "./popular/popular";

/** The name under which the stack's config lends the user's folder. */
export const LENT = "code";
const CA = "test-ca";
/** What makes Node, and Python and Go and OpenSSL, trust an authority. Those of their own stay trusted by Node alone. */
const TRUST = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"];

/**
 * `servers add`, the keys of its service, and the lines that a user writes by hand.
 * @param ca the authority of the test's services, which the server is made to trust as it would one of the user's own
 */
export async function add(stack: TestStack, catalog: string, server: Popular, ca: string): Promise<Outcome> {
  const { source, options = [], name, secrets = {} } = server;
  const began = Date.now();
  const { code, stderr } = await cli(stack, "servers", "add", source, "--folder", catalog, ...options);
  const outcome: Outcome = { name, source, addSeconds: (Date.now() - began) / 1_000, opened: [], done: [] };
  if (code !== 0) return { ...outcome, failed: `servers add: ${stderr.trim().split("\n").at(-1)}` };
  for (const [secret, value] of Object.entries(secrets)) await setSecret(stack, `secrets.${name}.${secret}`, value);

  const file = join(catalog, name, "server.yaml");
  const document = parseDocument(readFileSync(file, "utf8"));
  if (server.lentAt) append(document, "mounts", { folder: LENT, path: server.lentAt, readOnly: false });
  const walls = opened(document.toJS() as Walls);
  if (goesOut(document.toJS() as Walls)) {
    for (const variable of TRUST) document.setIn(["env", variable], `/run/secrets/${CA}`);
    append(document, "secrets", { name: CA });
    await setSecret(stack, `secrets.${name}.${CA}`, ca);
  }
  writeFileSync(file, document.toString());
  return { ...outcome, opened: walls };
}

/** Adds an item to a list that may not be there. */
function append(document: Document, key: string, item: object): void {
  if (document.has(key)) document.addIn([key], document.createNode(item));
  else document.set(key, document.createNode([item]));
}

/** What a manifest says of walls. */
interface Walls {
  egress?: string[] | string;
  mounts?: { path: string; readOnly?: boolean; folder?: string }[];
  storage?: { path: string }[];
  secrets?: unknown[];
  home?: boolean;
}

function hostsOf({ egress }: Walls): string[] {
  return [egress ?? []].flat().filter((host) => host !== "none");
}

function goesOut(walls: Walls): boolean {
  return hostsOf(walls).length > 0;
}

/** Which walls a manifest opens, in words. */
function opened(walls: Walls): string[] {
  const { mounts = [], storage = [], secrets = [], home } = walls;
  return [
    ...hostsOf(walls).map((host) => (host === "public" ? "every public site" : `\`${host}\``)),
    ...storage.map(({ path }) => `${path} of its own`),
    ...(home ? ["a home of its own"] : []),
    ...mounts.map(({ path, readOnly, folder }) => {
      return `${folder ? "a folder of the user's" : "the workspace"} at ${path}${readOnly === false ? ", to write" : ""}`;
    }),
    ...(secrets.length > 0 ? [`${secrets.length} secret`] : []),
  ];
}
