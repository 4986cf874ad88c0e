import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { clientServers } from "../../../../cli/import/entries";
import { understand } from "../../../../cli/import/understand";

describe("servers import: files of variables", () => {
  let folder: string;
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), "dind-mcp-env-")));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const write = (name: string, ...lines: string[]) => writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
  const read = (text: string, file: string) =>
    clientServers(text, file).map(({ server, why }) =>
      server ? understand(server, { home: folder, folder }) : { why: why ?? "" },
    );
  const docker = (args: string[], env: Record<string, string> = {}) =>
    read(JSON.stringify({ mcpServers: { a: { command: "docker", args: ["run", ...args, "me/a:1"], env } } }), "f")[0];

  it("of docker run are taken as they are; -e counts more, a name alone has the client's value, then the file's", () => {
    write(
      "a.env",
      "# no",
      "KEY=from 'file' # all",
      " MODE=fast",
      "OWN=file",
      "CLIENT=file",
      "ALONE",
      "not a name=1",
      "",
    );
    const args = ["--env-file", "a.env", "-e", "OWN=line", "-e", "CLIENT", "-e", "MODE", "--env-file=~/b.env"];
    write("b.env", "MODE=slow");
    const start = docker(args, { CLIENT: "client" }) as { env: object; notes: string[] };
    assert.deepEqual(start.env, {
      ...{ KEY: "from 'file' # all", MODE: "slow", OWN: "line", CLIENT: "client", ALONE: "" },
    });
    assert.deepEqual(start.notes, ["1 lines of a.env were left out: they are no NAME=VALUE"]);
  });

  it("of Compose may be several, with quotes, and ones that need not be there; environment counts more", () => {
    mkdirSync(join(folder, "weather-mcp"));
    write("a.env", "export KEY='quoted # value'", 'MODE="a b"  # why', "N=1");
    write("raw.env", "RAW='as it is'");
    const [image, built, gone] = read(
      `services:
  a:
    image: mcp/a:1
    env_file: [a.env, { path: raw.env, format: raw }, { path: none.env, required: false }]
    environment: { N: 2, KEY: }
  weather: { build: ./weather-mcp, env_file: a.env, environment: [MODE=c] }
  b-mcp: { image: "mcp/b:1", env_file: none.env }
`,
      "compose.yaml",
    ) as { env: Record<string, string>; notes: string[]; why?: string }[];
    assert.deepEqual(image?.env, { KEY: "quoted # value", MODE: "a b", N: "2", RAW: "'as it is'" });
    assert.deepEqual(image?.notes, ["its file of variables none.env is not there, and was left out"]);
    assert.deepEqual(built?.env, { KEY: "quoted # value", MODE: "a b", N: "1" });
    assert.deepEqual(gone, { why: "its file of variables none.env is not there" });
  });

  it("of VS Code are found from the project", () => {
    write(".env", "KEY=x");
    const servers = { a: { command: "npx", args: ["-y", "x"], envFile: `$${"{workspaceFolder}"}/.env` } };
    const [start] = read(JSON.stringify({ servers }), "mcp.json") as { env: object }[];
    assert.deepEqual(start?.env, { KEY: "x" });
  });

  it("that are none say so in one line, and nothing of what is in them", () => {
    write("large", "K=secret-word".repeat(30_000));
    writeFileSync(join(folder, "bytes"), Buffer.from([0x4b, 0x3d, 0xff]));
    mkdirSync(join(folder, "folder"));
    for (const [path, why] of [
      ["none", /^its file of variables none is not there$/],
      ["large", /^its file of variables large is larger than 256 KiB$/],
      ["bytes", /^its file of variables bytes cannot be read: .*not UTF-8/],
      ["folder", /^its file of variables folder cannot be read: .*a folder/],
      ["/dev/zero", /^its file of variables \/dev\/zero cannot be read: .*a pipe, socket or device/],
    ] as const) {
      const start = docker(["--env-file", path]) as { why: string };
      assert.match(start.why, why);
    }
  });
});
