import assert from "node:assert/strict";
import { validateCatalog } from "../../../manifest/catalog";
import { configuredSecrets, needsNetwork } from "../../../manifest/manifest";
import { withMarked } from "../../../manifest/not-secrets";
import { document, manifest, problemsOf } from "../../support/manifest/documents";

/** The least that a companion needs; `more` replaces or adds keys, undefined takes one away. */
function redis(more: Record<string, unknown> = {}): Record<string, unknown> {
  const least = { name: "redis", image: "redis:8", user: 11_001, health: { port: 6_379 } };
  return Object.fromEntries(Object.entries({ ...least, ...more }).filter(([, value]) => value !== undefined));
}
const withServices = (...services: unknown[]) => document({ services });

describe("companions in a manifest", () => {
  it("get the defaults of a server, and the server gets a network", () => {
    const one = manifest({ services: [redis()] });
    assert.deepEqual(one.services, [
      {
        name: "redis",
        image: "redis:8",
        command: [],
        env: {},
        secrets: [],
        storage: [],
        tmpfs: [],
        egress: false,
        resources: { cpus: 1, memory: "512m", processes: 128 },
        browser: false,
        scratch: { size: "64m", exec: false },
        sharedMemory: "64m",
        user: 11_001,
        health: {
          port: 6_379,
          interval: "30s",
          timeout: "5s",
          retries: 3,
          startPeriod: "30s",
          startInterval: "500ms",
        },
      },
    ]);
    assert.equal(needsNetwork(one), true);
    const [browser] = manifest({ services: [redis({ browser: true })] }).services;
    assert.deepEqual([browser?.resources.memory, browser?.sharedMemory], ["1g", "256m"]);
  });

  const refused: [services: Record<string, unknown>[], problem: RegExp][] = [
    [[redis({ name: "Redis" })], /services\.0\.name: .*DNS label/],
    [[redis({ name: "echo" })], /services\.0\.name: got "echo", expected a host name that means nothing else/],
    [[redis({ name: "egress" })], /services\.0\.name: got "egress"/],
    [[redis({ name: "database" })], /services\.0\.name: got "database"/],
    [[redis({ name: "replaced" })], /services\.0\.name: got "replaced"/],
    [[redis({ name: "redis-secret-files" })], /services\.0\.name: got "redis-secret-files"/],
    [[redis({ name: "b-storage-folders" })], /services\.0\.name: got "b-storage-folders"/],
    [[redis(), redis({ user: 11_002 })], /services\.1\.name: got "redis" again/],
    [[redis({ user: 11_000 })], /services\.0\.user: got "11000" again/],
    [[redis(), redis({ name: "b" })], /services\.1\.user: got "11001" again/],
    [[redis({ user: undefined })], /services\.0\.user: got nothing/],
    [[redis({ build: {} })], /services\.0\.image: got both image and build/],
    [[redis({ image: undefined })], /services\.0\.image: got neither image nor build/],
    [[redis({ image: "redis:latest" })], /services\.0\.image: got "redis:latest"/],
    [[redis({ health: undefined })], /services\.0\.health: got nothing, expected a mapping with a command or a port/],
    [[redis({ health: {} })], /services\.0\.health: got neither command nor port/],
    [[redis({ health: { port: 1, command: ["x"] } })], /services\.0\.health: got both command and port/],
    [[redis({ command: ["a"], arguments: ["b"] })], /services\.0\.arguments: got both command and arguments/],
    [[redis({ env: { REDIS_PASSWORD: "hunter2" } })], /services\.0\.env\.REDIS_PASSWORD: got a value that looks like/],
    [[redis({ arguments: ["--password", "hunter2"] })], /services\.0\.arguments\.1: got a value that looks like/],
    [[redis({ storage: [{ name: "a", path: "/tmp/a" }] })], /services\.0\.storage\.0\.path: got "\/tmp\/a"/],
    [[redis({ tmpfs: ["/run/secrets"] })], /services\.0\.tmpfs\.0: got "\/run\/secrets"/],
    [[redis({ storage: [{ name: "a", path: "/a" }], tmpfs: ["/a/b"] })], /services\.0\.tmpfs\.0: got "\/a\/b"/],
    [[redis({ scratch: { size: "1g" } })], /services\.0\.scratch\.size: got "1g", expected at most/],
    [[redis({ egress: true })], /services\.0\.egress: got true, expected false: its server's `egress` lists nothing/],
    [[redis({ port: 6_379 })], /services\.0\.port: got an unknown key, expected one of name, image, .*, workdir/],
    [
      Array.from({ length: 9 }, (_, index) => redis({ name: `r${index}`, user: 11_001 + index })),
      /services: .*expected at most 8 of them/,
    ],
  ];
  for (const [services, problem] of refused) {
    it(`refuses ${JSON.stringify(services).slice(0, 90)}`, () => {
      const problems = problemsOf(withServices(...services));
      assert.equal(problems.length, 1, problems.join("\n"));
      assert.match(problems[0] ?? "", problem);
      assert.doesNotMatch(problems[0] ?? "", /hunter2/);
    });
  }

  it("may not be called as a host that the server reaches outside", () => {
    const services = [redis({ name: "redis" })];
    const problems = problemsOf(document({ services, egress: ["redis:6379"] }));
    assert.match(problems.join("\n"), /services\.0\.name: got "redis"/);
  });

  it("share their server's secrets by name, each required once somebody requires it", () => {
    const secrets = [{ name: "password", env: "PASSWORD", required: false, description: "For both" }];
    const services = [redis({ secrets: [{ name: "password", file: "/run/secrets/pw" }, { name: "own" }] })];
    const asked = configuredSecrets(manifest({ secrets, services }));
    assert.deepEqual(
      asked.map(({ name, required, description }) => [name, required, description]),
      [
        ["password", true, "For both"],
        ["own", true, undefined],
      ],
    );
  });

  it("say by a comment what is no secret", () => {
    const one = withServices(redis({ env: { TOKEN: "words-only-9x" }, arguments: ["--auth", "kd83hf92hf83"] }));
    const marked = withMarked(one, (path) =>
      ["services.0.env.TOKEN", "services.0.arguments.1"].includes(path.join(".")) ? "not a secret" : undefined,
    );
    assert.deepEqual((marked as { notSecrets: string[] }).notSecrets, ["TOKEN", "--auth"]);
    assert.deepEqual(problemsOf(marked), []);
  });

  it("have a user that nobody else in the catalog has, and a folder for what is built", () => {
    const entry = (name: string, more: Record<string, unknown>) => ({
      folder: `/c/${name}`,
      file: `c/${name}/server.yaml`,
      document: document({ name, ...more }),
      exists: (path: string) => path === "db" || path === "db/Dockerfile",
    });
    const built = redis({ image: undefined, build: { context: "cache" } });
    const { problems } = validateCatalog([
      entry("a", { services: [built] }),
      entry("b", { user: 11_001 }),
      entry("c", { user: 11_005, services: [redis({ user: 11_000 })] }),
      entry("d", { user: 11_006, services: [redis({ user: 11_007, image: undefined, build: { context: "db" } })] }),
    ]);
    assert.deepEqual(
      problems.map(({ file, path, expected }) => `${file} ${path}: ${expected}`),
      [
        "c/a/server.yaml services.0.build.context: a folder that exists",
        "c/b/server.yaml user: another user than c/a/server.yaml has",
        "c/c/server.yaml services.0.user: another user than c/a/server.yaml has",
      ],
    );
  });
});
