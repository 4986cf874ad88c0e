import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nextSteps } from "../../../../cli/add/next-steps";
import { checkPlace, type Place, type Plan, plan } from "../../../../cli/add/plan";
import { packageJson } from "../../../../cli/add/server-json";
import { writeFolder } from "../../../../cli/add/write";
import { CliError } from "../../../../cli/errors";
import { ProblemsError } from "../../../../lib/problems";
import { freeUser } from "../../../../manifest/draft/free-user";
import { loadCatalog } from "../../../../manifest/load-catalog";
import type { Manifest } from "../../../../manifest/types";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

/** A server.json with one image, and what else it has. */
function imageDocument(more: Record<string, unknown> = {}, one: Record<string, unknown> = {}): Record<string, unknown> {
  const entrypoint = { type: "named", name: "--entrypoint", value: "/run" };
  const image = { registryType: "oci", identifier: `a/b@${DIGEST}`, transport: { type: "stdio" } };
  const packages = [{ ...image, runtimeArguments: [entrypoint], ...one }];
  return { name: "com.example/weather", description: "Weather", version: "1.0.0", packages, ...more };
}

describe("servers add", () => {
  let root: string;
  const catalog = () => join(root, "mcp");
  const extra = () => join(root, "more");
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "dind-mcp-add-"));
    for (const folder of [catalog(), extra()]) mkdirSync(folder);
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const planned = (document: unknown, more: Partial<Place> = {}): Plan => {
    const place = { root, catalog: [catalog(), extra()], folder: catalog(), force: false, ...more };
    checkPlace(place);
    return plan({ document, from: "a test", notes: [] }, place);
  };
  /** Plans and writes; gives the manifest as `up` reads it. */
  const added = (document: unknown, place: Partial<Place> = {}): Manifest | undefined => {
    const { target, files, name } = planned(document, place);
    writeFolder(target, files, place.force);
    return loadCatalog([place.folder ?? catalog()], {}, root).find(({ manifest }) => manifest.name === name)?.manifest;
  };
  const existing = (name: string, text: string, folder = catalog()): void => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, "server.yaml"), text);
  };
  const manifest = (name: string, user: number): string =>
    `{name: ${name}, description: d, version: "1", image: "a:1", transport: {type: stdio, command: [x]}, user: ${user}}`;
  const refused = (document: unknown, place: Partial<Place>, expected: RegExp): void => {
    const before = [readdirSync(catalog()), readdirSync(extra())];
    assert.throws(
      () => added(document, place),
      (error) => {
        assert.ok(error instanceof CliError || error instanceof ProblemsError, String(error));
        assert.match(`${error.message}\n${error instanceof CliError ? error.fix : ""}`, expected);
        return true;
      },
    );
    assert.deepEqual([readdirSync(catalog()), readdirSync(extra())], before);
  };

  it("writes a package's folder, which the catalog takes", () => {
    const document = packageJson(
      { kind: "npm", name: "@a/server-time" },
      { version: "1.2.3", description: "Tells it" },
      ["--utc"],
    );
    const one = added(document);
    assert.deepEqual([one?.name, one?.description, one?.version, one?.user], ["time", "Tells it", "1.2.3", 11_001]);
    assert.deepEqual(one?.transport.command, ["mcp-server", "--utc"]);
    assert.deepEqual(one?.egress, []);
    assert.deepEqual(readdirSync(join(catalog(), "time")).sort(), [".dockerignore", "Dockerfile", "server.yaml"]);
    assert.match(
      readFileSync(join(catalog(), "time/Dockerfile"), "utf8"),
      /"@a\/server-time@1\.2\.3"[\s\S]*\nUSER 11001:11001\n$/,
    );
    assert.match(
      readFileSync(join(catalog(), "time/server.yaml"), "utf8"),
      /^# time: made by `servers add` from a test\.\n/,
    );
    assert.deepEqual(readdirSync(catalog()), ["time"], "nothing else is left");
  });

  it("gives the lowest user that nobody has, in any folder, right or wrong manifest", () => {
    existing("a", manifest("a", 11_001));
    existing("b", "user: 11002\ncolour: red\n", extra());
    existing("broken", "user: [\n", extra());
    existing("low", manifest("low", 11_000));
    const { user, notes } = planned(imageDocument());
    assert.equal(user, 11_003);
    assert.ok(
      notes.includes(
        "more/broken/server.yaml cannot be read, so 11003 may be its user too; servers validate says what is wrong",
      ),
    );
    assert.equal(notes.filter((note) => note.includes("cannot be read")).length, 1);
    refused(
      imageDocument(),
      { user: 11_002 },
      /--user: got 11002, expected another user than more\/b\/server\.yaml has/,
    );
    refused(imageDocument(), { user: 5 }, /--user: got 5, expected a whole number from 11000 to 14995/);
    refused(imageDocument(), { user: Number.NaN }, /--user: got no number/);
    assert.equal(planned(imageDocument(), { user: 14_995 }).user, 14_995);
  });

  it("knows when there is no user left", () => {
    const all = new Map(Array.from({ length: 14_995 - 11_001 + 1 }, (_, index) => [11_001 + index, "f"]));
    assert.equal(freeUser(all), undefined);
    all.delete(14_995);
    assert.equal(freeUser(all), 14_995);
  });

  it("refuses a name that is taken, in any folder, or no name at all", () => {
    existing("weather", manifest("weather", 11_001));
    existing("other", manifest("cloud", 11_002), extra());
    refused(imageDocument(), {}, /mcp\/weather: is there already.*\n--name NAME for another one, or --force/);
    refused(
      imageDocument(),
      { folder: extra() },
      /name: got weather, expected another one than mcp\/weather\/server\.yaml/,
    );
    refused(imageDocument(), { folder: extra(), force: true }, /--force replaces it only in its own folder/);
    refused(imageDocument(), { name: "cloud" }, /name: got cloud, expected another one than more\/other\/server\.yaml/);
    refused(imageDocument(), { name: "../x" }, /--name: got \.\.\/x, expected a lower-case DNS label/);
    refused(
      imageDocument(),
      { name: "gateway" },
      /name: got "gateway", expected a name that nothing of the stack's own/,
    );
    refused(imageDocument({ name: "a/___" }), {}, /name: got "", expected a lower-case DNS label/);
    refused(
      imageDocument(),
      { folder: join(root, "none") },
      /the catalog's folder: got none, expected a folder that exists\. To fix: mkdir none/,
    );
    writeFileSync(join(extra(), "file"), "");
    refused(
      imageDocument(),
      { folder: join(extra(), "file"), name: "X", user: 1 },
      /--name: got X[\s\S]*--user: got 1[\s\S]*the catalog's folder: got more\/file/,
    );
    refused(imageDocument(), { folder: extra(), name: "file" }, /more\/file: is there already/);
    assert.equal(added(imageDocument(), { name: "second" })?.name, "second");
  });

  it("takes a package's longer name when another server has the short one", () => {
    existing("weather", manifest("weather", 11_001));
    const document = { ...imageDocument(), name: "npm/weather" };
    const of = (from: string, more: Partial<Place> = {}): string => {
      const place = { root, catalog: [catalog(), extra()], folder: catalog(), force: false, ...more };
      return plan({ document, from, notes: [], otherNames: ["weather-mcp", "a-weather-mcp"] }, place).name;
    };
    assert.equal(of("npm:@a/weather-mcp@1.0.0"), "weather-mcp");
    existing("weather-mcp", manifest("weather-mcp", 11_002), extra());
    assert.equal(of("npm:@a/weather-mcp@1.0.0"), "a-weather-mcp");
    assert.equal(of("npm:@a/weather-mcp@1.0.0", { name: "mine" }), "mine");
    assert.equal(of("npm:@a/weather-mcp@1.0.0", { force: true }), "weather", "--force means the one that is there");
    const made = "# weather: made by `servers add` from npm:@a/weather-mcp@0.9.0.";
    writeFileSync(join(catalog(), "weather/server.yaml"), `${made}\n${manifest("weather", 11_001)}`);
    assert.throws(
      () => of("npm:@a/weather-mcp@1.0.0"),
      /mcp\/weather: is there already/,
      "the same one is not added twice",
    );
    assert.equal(of("npm:@b/weather-mcp@1.0.0"), "a-weather-mcp");
  });

  it("replaces a server with --force, and leaves it its user", () => {
    existing("weather", `${manifest("weather", 11_700)}\n`);
    writeFileSync(join(catalog(), "weather/old"), "");
    const one = added(imageDocument(), { force: true });
    assert.deepEqual([one?.description, one?.user], ["Weather", 11_700]);
    assert.deepEqual(readdirSync(join(catalog(), "weather")), ["server.yaml"]);
    assert.deepEqual(readdirSync(catalog()), ["weather"]);
    assert.equal(added(imageDocument(), { force: true, user: 11_001 })?.user, 11_001);
  });

  it("leaves everything as it was when it cannot be written", () => {
    const target = join(catalog(), "weather");
    existing("weather", "old");
    assert.throws(() => writeFolder(target, { "no/such/folder": "" }, true), /ENOENT/);
    assert.throws(() => writeFolder(target, { "server.yaml": "new" }), /is there already/);
    assert.equal(readFileSync(join(target, "server.yaml"), "utf8"), "old");
    assert.deepEqual(readdirSync(catalog()), ["weather"]);
    // A folder somewhere else is not what is replaced.
    rmSync(target, { recursive: true });
    existing("weather", "kept", extra());
    symlinkSync(join(extra(), "weather"), target);
    writeFolder(target, { "server.yaml": "new" }, true);
    assert.equal(readFileSync(join(target, "server.yaml"), "utf8"), "new");
    assert.equal(readFileSync(join(extra(), "weather/server.yaml"), "utf8"), "kept");
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) assert.equal(process.listenerCount(signal), 0, signal);
  });

  it("says what is to be filled in, beside where it goes; what is wrong otherwise is refused", () => {
    const variables = [
      { name: "CITY", isRequired: true, description: "Where" },
      { name: "API_KEY", isSecret: true, isRequired: true },
    ];
    const open = imageDocument({ remotes: [] }, { runtimeArguments: [], environmentVariables: variables });
    const { needs, notes, files, secrets } = planned(open);
    assert.deepEqual(needs, ["env.CITY: fill in (Where)"]);
    assert.deepEqual(secrets, ["api-key"]);
    assert.ok(notes.some((note) => note.startsWith("secrets: API_KEY is the secret api-key")));
    const text = files["server.yaml"] ?? "";
    assert.match(text, /\ntransport:\n {2}type: stdio\n/);
    assert.match(text, /\n {2}# TODO: env\.CITY: fill in \(Where\)\n {2}CITY: ""\n/);
    assert.match(text, /\n# TODO: secrets: API_KEY .*\nsecrets:\n/);
    assert.match(text, /\n# TODO: egress: it has no way out until you list .*\negress: \[\]\n/);
    const odd = planned(imageDocument({}, { environmentVariables: [{ name: "A-B", value: "x" }] }));
    assert.ok(
      odd.notes.includes("environmentVariables: A-B was left out: letters, digits and _ make a variable's name"),
    );
    refused({ name: "a/b" }, {}, /a test: description: got nothing, expected text/);
    refused(
      imageDocument({}, { packageArguments: [{ type: "positional", value: "--token=x" }] }),
      {},
      /looks like a secret/,
    );
  });

  it("does not let a document open a wall, nor name its folder", () => {
    const own = {
      name: "../../x",
      image: "a/b:1",
      transport: { type: "stdio", command: ["/run"] },
      user: 11_500,
      egress: ["*.example.com:443"],
      mounts: [{ volume: "workspace", path: "/data", readOnly: false }],
      database: true,
      resources: { memory: "64g" },
      services: [{ name: "cache", image: "c:1", user: 11_501, health: { port: 1 } }],
      uses: ["redis"],
      secrets: [{ name: "mine" }, { name: "theirs", from: "redis.password" }],
      sessions: { max: 3 },
    };
    const meta = { "io.modelcontextprotocol.registry/publisher-provided": { "io.github.dind-mcp": own } };
    const { notes } = planned(imageDocument({ packages: undefined, _meta: meta }));
    for (const key of ["egress", "mounts", "database", "resources", "services", "uses", "secrets"]) {
      assert.ok(
        notes.some((note) => note.startsWith(`${key}: server.json asks for `)),
        key,
      );
    }
    assert.ok(notes.includes("image: pin it by its digest; a tag can mean another image tomorrow"));
    const one = added(imageDocument({ packages: undefined, _meta: meta }));
    assert.deepEqual([one?.egress, one?.mounts, one?.database, one?.resources.memory], [[], [], false, "512m"]);
    assert.deepEqual([one?.services, one?.uses, one?.secrets.map(({ name }) => name)], [[], [], ["mine"]]);
    assert.deepEqual([one?.name, one?.user, one?.sessions.max], ["weather", 11_001, 3]);
  });

  it("tells the steps to a running server", () => {
    const steps = (servers: string[], folder: string, name = "dev") =>
      nextSteps(
        { ...planned(imageDocument(), { folder }), folder },
        { name, root, settings: { catalog: ["mcp"], servers } },
      );
    assert.deepEqual(steps([], catalog()), ["bin/dind-mcp servers validate", "bin/dind-mcp up"]);
    assert.deepEqual(steps(["files"], catalog(), "second"), [
      "bin/dind-mcp servers validate --stack second",
      'eval "$(bin/dind-mcp env --stack second)"',
      "pulumi config set --path 'dind-mcp:servers[1]' weather",
      "bin/dind-mcp up --stack second",
    ]);
    const [, , ...config] = steps([], extra());
    const paths = ["'dind-mcp:catalog[0]' mcp", "'dind-mcp:catalog[1]' more"];
    assert.deepEqual(
      config.slice(0, 2),
      paths.map((path) => `pulumi config set --path ${path}`),
    );
    assert.ok(steps([], extra()).includes(`bin/dind-mcp servers validate ${extra()}`));
    const secret = imageDocument(
      {},
      {
        runtimeArguments: [],
        environmentVariables: [
          { name: "KEY_A", isSecret: true, isRequired: true },
          { name: "CITY", isRequired: true },
        ],
      },
    );
    const plans = { ...planned(secret), folder: catalog() };
    const settings = { catalog: ["mcp"], servers: [] };
    const all = nextSteps(plans, { name: "dev", root, settings });
    assert.equal(all[0], "fill in mcp/weather/server.yaml");
    assert.ok(all.includes("bin/dind-mcp secrets set weather key-a"));
  });
});
