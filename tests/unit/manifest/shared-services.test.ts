import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { declaredSecrets } from "../../../cli/secrets/declared";
import { formatProblem, ProblemsError } from "../../../lib/problems";
import { usedServices } from "../../../manifest/catalog-services";
import { loadCatalog } from "../../../manifest/load-catalog";

const REDIS = `name: redis
description: Keeps what several servers share
image: redis:8
user: 11900
secrets: [{ name: password }, { name: other, required: false }]
health: { port: 6379 }
`;
const server = (name: string, user: number, more = ""): string => `name: ${name}
description: Uses redis
version: 1.0.0
image: example:1
transport: { type: stdio, command: [serve] }
user: ${user}
${more}`;
const USES = "uses: [redis]\n";
const USES_SECRET = `${USES}secrets: [{ name: redis-password, env: REDIS_PASSWORD, from: redis.password }]\n`;

describe("shared services of the catalog", () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), "mcp-test-shared-"));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function write(files: Record<string, string>): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, "mcp", name)), { recursive: true });
      writeFileSync(join(root, "mcp", name), text);
    }
  }
  function problems(files: Record<string, string>, options: Parameters<typeof loadCatalog>[1] = {}): string[] {
    write(files);
    try {
      loadCatalog(["mcp"], options, root);
      return [];
    } catch (error) {
      if (!(error instanceof ProblemsError)) throw error;
      return error.problems.map(formatProblem);
    }
  }

  it("are there for the servers that name them, each once, and not for the others", () => {
    write({
      "redis/service.yaml": REDIS,
      "unused/service.yaml": REDIS.replace("redis\n", "unused\n").replace("11900", "11901"),
      "a/server.yaml": server("a", 11_001, USES),
      "b/server.yaml": server("b", 11_002),
      "c/server.yaml": server("c", 11_003, USES),
    });
    const servers = loadCatalog(["mcp"], {}, root);
    assert.deepEqual(
      servers.map(({ manifest, uses }) => [manifest.name, uses.map(({ file }) => file)]),
      [
        ["a", ["mcp/redis/service.yaml"]],
        ["b", []],
        ["c", ["mcp/redis/service.yaml"]],
      ],
    );
    assert.deepEqual(
      usedServices(servers).map(({ service, users }) => [service.name, users.map(({ name }) => name)]),
      [["redis", ["a", "c"]]],
    );
    assert.deepEqual(usedServices(loadCatalog(["mcp"], { servers: ["b"] }, root)), []);
  });

  it("are found beside a server whose own folder is named", () => {
    write({ "redis/service.yaml": REDIS, "a/server.yaml": server("a", 11_001, USES) });
    assert.deepEqual(
      loadCatalog(["mcp/a"], {}, root).map(({ uses }) => uses.map(({ service }) => service.name)),
      [["redis"]],
    );
  });

  const refused: [what: string, files: Record<string, string>, problem: RegExp][] = [
    [
      "one that is not there, as when its folder was removed while a server uses it",
      { "a/server.yaml": server("a", 11_001, USES) },
      /^mcp\/a\/server.yaml:7: uses\.0: got "redis", expected a shared service of the catalog: it has none\. To fix: add the folder redis with a service\.yaml, or remove this name$/,
    ],
    [
      "a secret that it has not",
      { "redis/service.yaml": REDIS, "a/server.yaml": server("a", 11_001, USES_SECRET.replace(".password", ".key")) },
      /a\/server\.yaml:8: secrets\.0\.from: got "redis\.key", expected a secret of redis: password, other/,
    ],
    [
      "a secret of one that the server does not use",
      { "redis/service.yaml": REDIS, "a/server.yaml": server("a", 11_001, USES_SECRET.replace(USES, "")) },
      /secrets\.0\.from: got "redis\.password", expected a secret of a service that the server uses: it uses none/,
    ],
    [
      "its name for a server",
      { "redis/service.yaml": REDIS, "a/server.yaml": server("redis", 11_001) },
      /another name/,
    ],
    ["its user for a server", { "redis/service.yaml": REDIS, "a/server.yaml": server("a", 11_900) }, /another user/],
    ["another name than its folder's", { "db/service.yaml": REDIS }, /name: got "redis", expected the folder's name/],
    ["a way out", { "redis/service.yaml": `${REDIS}egress: true\n` }, /egress: got an unknown key/],
    ["none of command and port", { "redis/service.yaml": REDIS.replace("{ port: 6379 }", "{}") }, /exactly one of/],
    [
      "a secret that everybody can read",
      { "redis/service.yaml": `${REDIS}env: { API_KEY: hunter2hunter2 }\n` },
      /env\.API_KEY: got a value that looks like a secret.*secrets set redis api-key/,
    ],
    ["no folder to build", { "redis/service.yaml": REDIS.replace("image: redis:8", "build: {}") }, /build\.dockerfile/],
    [
      "a name twice",
      { "redis/service.yaml": REDIS, "a/server.yaml": server("a", 11_001, "uses: [redis, redis]\n") },
      /uses\.1: got "redis" again/,
    ],
    [
      "a name of the stack's",
      { "a/server.yaml": server("a", 11_001, "uses: [database]\n") },
      /uses\.0: got "database", expected a host name that means nothing else/,
    ],
    ["a text", { "redis/service.yaml": "redis\n" }, /\(the file\): got no mapping|got no mapping/],
    [
      "more than a network has addresses for",
      { "a/server.yaml": server("a", 11_001, `uses: [${[..."abcdefghi"].map((one) => `r${one}`).join(", ")}]\n`) },
      /uses: got 9 with services, expected at most 8 of both together/,
    ],
    ["the name that stands for all of them", { "shared/server.yaml": server("shared", 11_001) }, /name: got "shared"/],
  ];
  for (const [what, files, problem] of refused) {
    it(`refuse ${what}`, () => {
      const found = problems(files);
      assert.ok(
        found.some((text) => problem.test(text)),
        found.join("\n") || "nothing was refused",
      );
    });
  }

  it("have the values of their secrets set once, under their own name", () => {
    const files = { "redis/service.yaml": REDIS, "a/server.yaml": server("a", 11_001, USES_SECRET) };
    assert.deepEqual(problems(files, { secrets: {} }), [
      "the stack's config: secrets.redis.password: got nothing, expected a value. To fix: bin/dind-mcp secrets set redis password",
    ]);
    assert.deepEqual(problems(files, { secrets: { redis: ["password"] } }), []);
    assert.match(
      problems(files, { secrets: { redis: ["password", "pasword"] } })[0] ?? "",
      /redis\.pasword.*password, other/,
    );
    const [redis] = declaredSecrets(["mcp"], root);
    assert.deepEqual([redis?.server, redis?.name], ["redis", "password"]);
  });

  it("need no secrets while nobody uses them", () => {
    const files = { "redis/service.yaml": REDIS, "a/server.yaml": server("a", 11_001) };
    assert.deepEqual(problems(files, { secrets: {} }), []);
    assert.deepEqual(problems(files, { secrets: { redis: ["password"] } }), []);
  });
});
