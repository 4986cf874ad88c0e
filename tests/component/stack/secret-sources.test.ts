import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { parseSettings } from "../../../config/parse-settings";
import { ProblemsError } from "../../../lib/problems";
import { listen } from "../../../orchestrator/http/listening";
import { withKeptElsewhere } from "../../../stack/secret-sources/resolve";

type Answers = (request: IncomingMessage) => Promise<[status: number, body?: unknown]>;

/** Vault as its documentation has it: AppRole, and KV version 2 at the mount kv. */
const vault: Answers = async (request) => {
  if (request.url === "/v1/auth/approle/login") {
    const { role_id, secret_id } = (await json(request)) as Record<string, string>;
    return role_id === "r" && secret_id === "s"
      ? [200, { auth: { client_token: "t" } }]
      : [400, { errors: ["invalid"] }];
  }
  if (request.headers["x-vault-token"] !== "t") return [403, { errors: ["permission denied"] }];
  const data = { "api-key": "from-vault", list: ["x"] };
  return request.url === "/v1/kv/data/mcp/weather" ? [200, { data: { data, metadata: { version: 3 } } }] : [404];
};
/** 1Password Connect. */
const connect: Answers = async ({ url = "", headers }) => {
  if (headers.authorization !== "Bearer c") return [401];
  const at = new URL(url, "http://connect");
  const filter = at.searchParams.get("filter");
  const [vaultId, itemId] = ["v".repeat(26), "i".repeat(26)];
  if (at.pathname === "/v1/vaults") return [200, filter === 'name eq "Ops"' ? [{ id: vaultId }] : []];
  if (at.pathname === `/v1/vaults/${vaultId}/items`) return [200, [{ id: itemId }]];
  if (at.pathname === `/v1/vaults/${vaultId}/items/${itemId}`)
    return [200, { fields: [{ id: "f", label: "key", value: "from-1password" }] }];
  return [404];
};

describe("secrets kept elsewhere", () => {
  const servers: Server[] = [];
  let folder: string;
  const asked: string[] = [];
  const start = async (answers: Answers): Promise<string> => {
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      void answers(request).then(([status, body]) => response.writeHead(status).end(JSON.stringify(body ?? {})));
    });
    servers.push(server);
    return `http://127.0.0.1:${await listen(server, 0, "127.0.0.1")}`;
  };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "mcp-secrets-"));
  });
  afterEach(() => asked.splice(0));
  after(async () => {
    for (const server of servers) server.close();
    await rm(folder, { recursive: true });
  });

  const resolve = (
    values: Record<string, string>,
    secretSources: unknown,
  ): Promise<Record<string, string> | undefined> => {
    const raw = { secrets: JSON.stringify({ weather: values }), secretSources: JSON.stringify(secretSources) };
    const settings = parseSettings(raw, ["secrets", "secretSources"], "Pulumi.dev.yaml");
    return withKeptElsewhere(settings, "Pulumi.dev.yaml").then(({ weather }) => weather);
  };
  const problems = async (values: Record<string, string>, sources: unknown): Promise<string> => {
    try {
      await resolve(values, sources);
    } catch (error) {
      assert.ok(error instanceof ProblemsError, String(error));
      return error.message;
    }
    return "";
  };

  it("are read from Vault by AppRole, which is asked once for a path, and others stay as they are", async () => {
    const address = await start(vault);
    const place = "vault://kv/mcp/weather#api-key";
    const access = { address, appRole: { id: "r", secret: "s" } };
    const values = await resolve({ one: place, two: place, plain: "as it is", url: "https://x/#y" }, { vault: access });
    assert.deepEqual(values, { one: "from-vault", two: "from-vault", plain: "as it is", url: "https://x/#y" });
    assert.deepEqual(asked, ["POST /v1/auth/approle/login", "GET /v1/kv/data/mcp/weather"]);
    assert.deepEqual(await resolve({ one: place }, { vault: { address, token: "t" } }), { one: "from-vault" });
  });

  it("are read from 1Password Connect by names", async () => {
    const address = await start(connect);
    const values = await resolve({ one: "op://Ops/Weather/key" }, { onePassword: { address, token: "c" } });
    assert.deepEqual(values, { one: "from-1password" });
  });

  it("are read from files and programs, without ends of line", async () => {
    const file = join(folder, "key");
    await writeFile(file, "from-file\n");
    const command = `command:${JSON.stringify([process.execPath, "-p", "'from-' + 'program'"])}`;
    const values = await resolve({ one: pathToFileURL(file).href, two: command }, { files: true, commands: true });
    assert.deepEqual(values, { one: "from-file", two: "from-program" });
  });

  it("that cannot be read are told, all at once, with where they should be and nothing of what was read", async () => {
    const [address, op] = [await start(vault), await start(connect)];
    const sources = { vault: { address, token: "t" }, onePassword: { address: op, token: "c" }, files: true };
    const text = await problems(
      {
        a: "vault://kv/mcp/other#api-key",
        b: "vault://kv/mcp/weather#gone",
        c: "vault://kv/mcp/weather#list",
        d: "vault://kv/../sys/health#x",
        e: "op://Gone/Weather/key",
        f: "op://Ops/Weather/gone",
        g: "file:///nowhere/at/all",
        h: 'command:["true"]',
      },
      sources,
    );
    assert.match(text, /^8 problems found, nothing was changed:/);
    for (const line of [
      /secrets\.weather\.a: got HTTP 404, expected the value from its place \(vault\)/,
      /weather\.b: got no such field there/,
      /weather\.c: got a field that is no text/,
      /weather\.d: got no place like vault:\/\/MOUNT\/PATH#FIELD/,
      /weather\.e: got no such vault/,
      /weather\.f: got no such field there/,
      /weather\.g: got no file that can be read \(ENOENT\)/,
      /weather\.h: got a place in a command, expected secretSources\.commands, or another value/,
    ])
      assert.match(text, line);
    assert.doesNotMatch(text, /from-/);
  });

  it("of a source that is away, or that a token does not open, change nothing", async () => {
    const address = await start(vault);
    const values = { one: "vault://kv/mcp/weather#api-key" };
    assert.match(await problems(values, { vault: { address, token: "wrong" } }), /got HTTP 403/);
    const role = { id: "r", secret: "wrong" };
    assert.match(await problems(values, { vault: { address, appRole: role } }), /HTTP 400 to the sign-in by AppRole/);
    const gone = { vault: { address: "http://127.0.0.1:1", token: "t" } };
    assert.match(await problems(values, gone), /no answer \(ECONNREFUSED\).*what runs stays as it is/);
    const failing = `command:${JSON.stringify([process.execPath, "-e", "console.log('from-it'); process.exit(3)"])}`;
    const said = await problems({ one: failing }, { commands: true });
    assert.match(said, /failed \(3\)/);
    assert.doesNotMatch(said, /from-it/);
  });

  it("are text, of a size that secrets have, from what has an end", async () => {
    const file = join(folder, "bytes");
    await writeFile(file, Buffer.from([0x61, 0xff]));
    const print = (text: string): string => `command:${JSON.stringify([process.execPath, "-e", text])}`;
    const address = await start(async () => [200, "x".repeat(2 ** 21)]);
    const values = {
      a: pathToFileURL(file).href,
      b: print("process.stdout.write(Buffer.from([0x61, 0xff]))"),
      c: "file:///dev/zero",
      d: "vault://kv/mcp/weather#api-key",
      e: print("console.log()"),
      f: print("console.log('x'.repeat(2 ** 21))"),
    };
    const text = await problems(values, { files: true, commands: true, vault: { address, token: "t" } });
    for (const line of [
      /weather\.a: got bytes that are no text/,
      /weather\.b: got bytes that are no text/,
      /weather\.c: got no plain file of at most 1048576 bytes/,
      /weather\.e: got an empty value/,
      /weather\.f: got .* failed \(ERR_CHILD_PROCESS_STDIO_MAXBUFFER\)/,
      /weather\.d: got an answer of more than 1048576 bytes/,
    ])
      assert.match(text, line);
    const asks = print("process.stdin.resume().on('end', () => console.log('went on'))");
    assert.deepEqual(await resolve({ one: asks }, { commands: true }), { one: "went on" });
  });

  it("follow no redirect, which would take the token along", async () => {
    const address = await start(async () => [307]);
    const values = { one: "vault://kv/mcp/weather#api-key" };
    assert.match(await problems(values, { vault: { address, token: "t" } }), /got HTTP 307/);
  });

  it("have sources that are checked, and stored encrypted", () => {
    const check = (sources: unknown, keys = ["secretSources"]) =>
      parseSettings({ secretSources: JSON.stringify(sources) }, keys, "f");
    const address = "https://vault.lan:8200";
    assert.throws(() => check({ vault: { address } }), /exactly one of token and appRole/);
    assert.throws(() => check({ vault: { address: `${address}/`, token: "t" } }), /without a \/ at its end/);
    assert.throws(() => check({ vault: { address, token: "t" } }, []), /a value stored in plain text/);
  });
});
