import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { stringify } from "yaml";
import { eventually } from "../../support/eventually";
import { run } from "../../support/fleet/command";
import { docker, type Fleet, theFleet, tryDocker } from "../../support/fleet/fleet";
import { cli, mustCli, ROOT } from "../../support/fleet/stack";

describe("dind-mcp servers", function () {
  this.timeout(300_000); // each command starts a process: on a busy machine that takes many seconds
  let fleet: Fleet;
  before(async () => {
    fleet = await theFleet();
  });
  const json = async (...args: string[]) => JSON.parse(await mustCli(fleet.stack, "servers", ...args, "--json"));

  it("list and show tell how they are", async () => {
    const list = await json("list");
    assert.deepEqual(
      list.map((server: { name: string; status: string }) => [server.name, server.status]),
      [
        ["files", "running"],
        ["http", "running"],
        ["postgres", "running"],
      ],
    );
    assert.match(await mustCli(fleet.stack, "servers", "list"), /^files +running +stdio +pulumi +\d+ /m);
    assert.equal((await json("show", "files")).container.name, "mcp-files");
    const none = await cli(fleet.stack, "servers", "show", "nothing");
    assert.equal(none.code, 5);
    assert.match(none.stderr, /there is no server "nothing"/);
  });

  it("tools and call use them", async () => {
    const tools = await json("tools", "files");
    assert.ok(
      tools.some((tool: { name: string; definition: object }) => tool.name === "list_directory" && tool.definition),
    );
    const path = "path=/workspace/from-the-command-line";
    await mustCli(fleet.stack, "servers", "call", "files", "write_file", path, "content=42 = x");
    assert.equal((await mustCli(fleet.stack, "servers", "call", "files", "read_text_file", path)).trim(), "42 = x");
    assert.equal((await json("call", "files", "read_text_file", path, "head=1")).content[0].text, "42 = x");
    await docker(fleet, "exec", "mcp-files", "rm", "/workspace/from-the-command-line");

    const failed = await cli(fleet.stack, "servers", "call", "files", "read_text_file", "path=/etc/passwd");
    assert.equal(failed.code, 1);
    assert.match(failed.stdout, /[Aa]ccess denied/);
    const wrong = await cli(fleet.stack, "servers", "call", "files", "read_text_file", "head=x", "pth=1");
    assert.equal(wrong.code, 2);
    assert.match(
      wrong.stderr,
      /head: got "x", expected a number[\s\S]*pth: got an unknown argument[\s\S]*path: got nothing/,
    );
    const absent = await cli(fleet.stack, "servers", "call", "files", "no_such_tool");
    assert.equal(absent.code, 5);
    assert.match(absent.stderr, /files has no tool no_such_tool; it has read_file/);
  });

  it("stop, start and restart wait, and may be said twice", async () => {
    assert.match(await mustCli(fleet.stack, "servers", "stop", "http", "files"), /^http: stopped\nfiles: stopped\n$/);
    await mustCli(fleet.stack, "servers", "stop", "http");
    assert.match(await mustCli(fleet.stack, "servers", "start", "--all"), /^files: running\nhttp: running$/m);
    assert.match(await mustCli(fleet.stack, "servers", "restart", "files"), /^files: running$/m);
    const one = await cli(fleet.stack, "servers", "restart", "nothing", "files");
    assert.equal(one.code, 5, one.stderr);
    assert.match(one.stdout, /^nothing: NOT running: there is no server "nothing".*\nfiles: running$/m);
    const nobody = await cli(fleet.stack, "servers", "stop");
    assert.equal(nobody.code, 2);
    assert.match(nobody.stderr, /name servers, or --all/);
  });

  it("logs shows what a server wrote", async () => {
    await mustCli(fleet.stack, "servers", "call", "files", "list_allowed_directories");
    const lines = (await mustCli(fleet.stack, "servers", "logs", "files", "-n", "2")).trim().split("\n");
    assert.equal(lines.length, 2);
    const [first] = (await mustCli(fleet.stack, "servers", "logs", "files", "-n", "1", "--json")).split("\n");
    assert.deepEqual(Object.keys(JSON.parse(first ?? "")).sort(), ["line", "stream", "time"]);
  });

  it("egress tells which hosts it asked for, and the line to add", async () => {
    const ask = ["call", "http", "fetch", "url=http://not-listed.example.com/page?token=1"];
    assert.equal((await cli(fleet.stack, "servers", ...ask)).code, 1);
    const { allowed, items } = await json("egress", "http");
    assert.ok(allowed.includes("example.com:80"));
    const place = items.find(({ host }: { host: string }) => host === "not-listed.example.com");
    assert.deepEqual([place?.port, place?.outcome, place?.add], [80, "refused", "not-listed.example.com:80"]);
    assert.doesNotMatch(
      JSON.stringify(items),
      /token|\/page|"0\.0\.0\.0","port":1,/,
      "paths, or the proxy's health check",
    );
    const text = await mustCli(fleet.stack, "servers", "egress", "http");
    assert.match(text, /^not-listed\.example\.com:80 +refused +\d+ .* the manifest does not list it$/m);
    assert.match(text, /^egress:\n(.*\n)* {2}- not-listed\.example\.com:80$/m);
    assert.match(await mustCli(fleet.stack, "servers", "egress", "files"), /files has no way out/);
  });

  it("sbom tells what an image holds, as SPDX", async () => {
    const { spdxVersion, packages } = JSON.parse(await mustCli(fleet.stack, "servers", "sbom", "files"));
    assert.equal(spdxVersion, "SPDX-2.3");
    const urls = JSON.stringify(packages);
    for (const url of [/pkg:npm\/%40modelcontextprotocol\/server-filesystem@\d/, /pkg:deb\/debian\/libc6@\d/])
      assert.match(urls, url);
  });

  it("learn tells what a copy of it asked for, refusals what it was kept from, and nothing of the copy stays", async () => {
    const calls = join(fleet.stack.folder, "calls.yaml");
    await writeFile(calls, stringify([{ tool: "fetch", arguments: { url: "http://learned.example.net/" } }]));
    const { copy, needed, add } = await json("learn", "http", "--calls", calls);
    assert.equal(copy, "http-learn");
    assert.deepEqual([needed.egress, add.egress], [["learned.example.net:80"], ["learned.example.net:80"]]);
    assert.match(needed.resources.memory, /^\d+m$/);
    const left = await docker(fleet, "ps", "-aq", "--filter", "label=dind-mcp.server=http-learn");
    assert.equal(left, "");
    assert.doesNotMatch(await docker(fleet, "network", "ls"), /http-learn/);

    const learn = async (method: string) => {
      const headers = { authorization: `Bearer ${fleet.outputs.tokens.admin}` };
      return (await fetch(`${fleet.outputs.endpoints.api}/v1/servers/http/learn`, { method, headers })).status;
    };
    assert.equal(await learn("POST"), 201);
    const validated = JSON.parse((await cli(fleet.stack, "validate", "--json")).stdout);
    assert.equal(await learn("DELETE"), 204);
    assert.deepEqual(validated.learning.sort(), ["mcp-http-learn", "mcp-http-learn-egress"]);
    const drift = validated.differences.filter(({ container }: { container: string }) => container.includes("learn"));
    assert.deepEqual(drift, []);

    await cli(fleet.stack, "servers", "call", "http", "fetch", "url=http://refused.example.net/");
    const refused = await json("refusals", "http");
    const found = refused.items.find(({ what }: { what: string }) => what === "refused.example.net:80");
    assert.deepEqual([found?.source, found?.add], ["proxy", { egress: ["refused.example.net:80"] }]);
  });

  it("learn ends a copy that writes without end, and says so", async () => {
    const learn = async (method: string) => {
      const headers = { authorization: `Bearer ${fleet.outputs.tokens.admin}` };
      return fetch(`${fleet.outputs.endpoints.api}/v1/servers/http/learn`, { method, headers });
    };
    assert.equal((await learn("POST")).status, 201);
    try {
      // Without the end it would stop at 4 GiB.
      const write = "for i in $(seq 32); do fallocate -l 128M /var/tmp/$i || exit 9; sleep 1; done; sleep 60";
      const { code } = await tryDocker(fleet, ["exec", "mcp-http-learn", "sh", "-c", write]);
      assert.equal(code, 137, "it was not killed");
      await eventually(async () => {
        const { notes } = (await (await learn("GET")).json()) as { notes: string[] };
        assert.match(notes[0] ?? "", /^it was stopped: it had written more than 2048 MiB into its root file system$/);
      }, 30_000);
      const state = "{{.State.Status}} {{.State.ExitCode}}";
      assert.equal(await docker(fleet, "inspect", "-f", state, "mcp-http-learn"), "exited 137");
    } finally {
      assert.equal((await learn("DELETE")).status, 204);
    }
  });

  it("deploy runs an extra server from a manifest, remove and cleanup leave nothing", async () => {
    const image = (await docker(fleet, "inspect", "-f", "{{.Config.Image}}", "mcp-files")).trim();
    const manifest = {
      name: "extra",
      description: "From the command line",
      version: "1.0.0",
      image,
      transport: { type: "stdio", command: ["node", "/app/dist/start.js", "/tmp"] },
    };
    const deploy = (document: object) => cliInput(fleet, stringify(document), "servers", "deploy", "-", "--json");
    const wrong = await deploy({ ...manifest, colour: "red", transport: { type: "stdio" } });
    assert.equal(wrong.code, 2, wrong.stderr);
    assert.match(wrong.stderr, /colour[\s\S]*transport|transport[\s\S]*colour/);
    const made = await deploy(manifest);
    assert.equal(made.code, 0, made.stderr);
    assert.equal(JSON.parse(made.stdout).change, "created");
    assert.equal(JSON.parse((await deploy(manifest)).stdout).change, "none");
    assert.equal((await cli(fleet.stack, "validate")).code, 0);
    await mustCli(fleet.stack, "servers", "remove", "extra");
    assert.equal(await docker(fleet, "ps", "-aq", "--filter", "name=mcp-extra"), "");
    assert.match(await mustCli(fleet.stack, "servers", "cleanup"), /there is nothing that nobody owns/);
  });

  it("validate checks manifests alone, all problems at once", async () => {
    assert.match(await mustCli(fleet.stack, "servers", "validate"), /^3 manifests are right: files, http, postgres$/m);
    const folder = join(fleet.stack.folder, "catalog", "broken");
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, "server.yaml"), "name: broken\ncolour: red\nresources: { memory: lots }\n");
    const { code, stderr } = await cli(fleet.stack, "servers", "validate", join(fleet.stack.folder, "catalog"));
    assert.equal(code, 2);
    assert.match(stderr, /server\.yaml:2: colour: got an unknown key/);
    assert.match(stderr, /server\.yaml:3: resources\.memory: got "lots"/);
  });

  it("say what to do when nobody answers", async () => {
    const env = {
      ...fleet.stack.env,
      DIND_MCP_URL: `http://127.0.0.1:${await portOfNobody()}`,
      DIND_MCP_TOKEN: "x",
    };
    const { code, stderr } = await cli({ ...fleet.stack, env }, "servers", "list");
    assert.equal(code, 4);
    assert.match(stderr, /does not answer[\s\S]*to fix: bin\/dind-mcp status/);
    const urlAlone = await cli({ ...fleet.stack, env: { ...env, DIND_MCP_TOKEN: "" } }, "servers", "list");
    assert.equal(urlAlone.code, 2);
    assert.match(urlAlone.stderr, /^error: DIND_MCP_TOKEN: got nothing, expected the token for DIND_MCP_URL/m);
    // What README has one export for clients.
    const tokenAlone = await cli({ ...fleet.stack, env: { ...env, DIND_MCP_URL: "" } }, "servers", "list");
    assert.equal(tokenAlone.code, 0, tokenAlone.stderr);
    const refused = { ...env, DIND_MCP_URL: fleet.outputs.endpoints.api, DIND_MCP_TOKEN: "wrong" };
    const wrong = await cli({ ...fleet.stack, env: refused }, "servers", "list");
    assert.equal(wrong.code, 1);
    assert.match(wrong.stderr, /to fix: a token that is known/);
  });

  it("complete in a real bash, and the other shells take their scripts", async () => {
    const launcher = join(ROOT, "bin/dind-mcp");
    const env = { ...fleet.stack.env, DIND_MCP_STATE: fleet.stack.folder, DIND_MCP_STACK: fleet.stack.name };
    const script = `eval "$(${launcher} completion bash)"
COMP_WORDS=(${launcher} servers call fi) COMP_CWORD=3; _dind_mcp; echo "\${COMPREPLY[@]}"
COMP_WORDS=(${launcher} servers call files list_dir) COMP_CWORD=4; _dind_mcp; echo "\${COMPREPLY[@]}"`;
    const { stdout, stderr } = await run("bash", ["-c", script], { env });
    assert.equal(stdout, "files\nlist_directory list_directory_with_sizes\n", stderr);
    for (const shell of ["zsh", "fish"]) {
      const text = await mustCli(fleet.stack, "completion", shell);
      const file = join(fleet.stack.folder, `completion.${shell}`);
      await writeFile(file, text);
      const { code, stderr: wrong } = await run(shell, ["-n", file]);
      assert.equal(code, 0, wrong);
    }
    const fish = `${launcher} completion fish | source; complete -C "${launcher} servers call fi"`;
    assert.match((await run("fish", ["-c", fish], { env })).stdout, /^files$/m);
    const zsh = `autoload -U compinit && compinit -D -u; compadd() { print -l -- "\${@:2}" }; eval "$(${launcher} completion zsh)"
words=(${launcher} servers call fi) CURRENT=4; _dind_mcp`;
    assert.match((await run("zsh", ["-f", "-c", zsh], { env })).stdout, /^files$/m);
  });
});

/** Runs `bin/dind-mcp` with something on standard input. */
function cliInput({ stack }: Fleet, input: string, ...args: string[]) {
  const env = { ...stack.env, DIND_MCP_STATE: stack.folder, DIND_MCP_STACK: stack.name };
  return run(join(ROOT, "bin/dind-mcp"), args, { env, input });
}

/** A port that was free a moment ago. */
async function portOfNobody(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  await once(server.close(), "close");
  return port;
}
