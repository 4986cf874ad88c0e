import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ProblemsError } from "../../../../lib/problems";
import { EGRESS, formatNote, fromServerJson } from "../../../../manifest/server-json";

const CASES = join(__dirname, "../../../fixtures/cases");
const fixture = (name: string): unknown => JSON.parse(readFileSync(join(CASES, name, "server.json"), "utf8"));
const told = (document: unknown) => {
  const { notes, ...rest } = fromServerJson(document, { user: 11_003 });
  return { ...rest, notes: notes.map(formatNote).filter((text) => !text.includes(EGRESS)) };
};
const document = (one: object, more: object = {}) => ({
  name: "com.example/weather",
  description: "Weather",
  version: "1.2.0",
  packages: [{ transport: { type: "stdio" }, ...one }],
  ...more,
});

/** An image with runtime arguments, its program known unless these tell it. */
const image = (...runtimeArguments: object[]) =>
  told(document({ registryType: "oci", identifier: "a.example/weather:1", runtimeArguments }));
const named = (name: string, value?: string, more: object = {}) => ({
  type: "named",
  name,
  ...(value === undefined ? {} : { value }),
  ...more,
});
const word = (value: string, more: object = {}) => ({ type: "positional", value, ...more });
const secret = { token: { isSecret: true, isRequired: true } };

describe("server.json: what docker run would be told (B30)", () => {
  it("is taken over: variables, secrets, the program; and said where it is for the user to allow", () => {
    const { manifest, notes } = told(fixture("B30"));
    assert.deepEqual(manifest.env, { WEATHER_UNITS: "metric" });
    assert.deepEqual(manifest.secrets, [
      { name: "weather-token", env: "WEATHER_TOKEN", description: "token of the provider", required: true },
    ]);
    assert.deepEqual(notes.slice(0, 2), [
      "mounts: -v {dir}:/data:ro asks for your {dir} at /data, read-only; what can be mounted is the workspace: {volume: workspace, path: /data}, or a folder that the config lends it: {folder: NAME, path: /data}",
      "runtimeArguments: --network host was left out: it has a network of its own, and reaches what egress lists",
    ]);
  });

  it("is understood in each way of writing it", () => {
    const ways = [
      [named("-e", "A=1"), named("--env", "B={b}", { variables: { b: { default: "2" } } })],
      [named("--env", "A=1"), named("-e", "B=2")],
      [named("-e A=1"), named("--env=B=2")],
      [word("-e"), word("A=1"), word("--env=B=2")],
      [word("-eA=1"), word("-e B=2")],
      [word("run"), word("-i"), word("--rm"), word("-e"), word("A=1"), named("-e", "B=2")],
      [word("docker"), word("run"), word("-it"), named("env", "A=1"), named("e", "B=2")],
      [
        named("-e"),
        word("A=1"),
        named("--rm"),
        named("-i", ""),
        named("--init", "true"),
        named("-e", undefined, { default: "B=2" }),
      ],
    ];
    for (const way of ways) assert.deepEqual(image(...way).manifest.env, { A: "1", B: "2" }, JSON.stringify(way));
  });

  it("names a variable that the user has, which environmentVariables may tell more of", () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as a shell would have it
    for (const value of ["KEY_ID", "KEY_ID={KEY_ID}", "KEY_ID=${KEY_ID}", "KEY_ID=$KEY_ID"]) {
      const environmentVariables = [{ name: "KEY_ID", description: "Which", default: "first" }];
      const one = {
        registryType: "oci",
        identifier: "a/b:1",
        runtimeArguments: [named("-e", value)],
        environmentVariables,
      };
      assert.deepEqual(told(document(one)).manifest.env, { KEY_ID: "first" }, value);
    }
    const { manifest, notes } = image(
      named("-e", "CITY", { isRequired: true, choices: ["Bern", "Rome"] }),
      named("-e", "EXTRA"),
    );
    assert.deepEqual(manifest.env, { CITY: "" });
    assert.ok(notes.includes("env.CITY: fill in (one of Bern, Rome)"));
    assert.ok(notes.includes("env.EXTRA: has no value and was left out"));
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as a shell would have it
    const shell = image(named("-e", "DATA=${HOME}/data"), named("-e", "TEMPLATE=${a: b}"));
    assert.deepEqual(Object.keys(shell.manifest.env as object), ["TEMPLATE"]);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as a shell would have it
    assert.ok(shell.notes.includes("env.DATA: ${HOME}/data is not known and was left out"));
  });

  it("keeps a secret secret, whichever part of it says so, and tells what it has to be", () => {
    for (const more of [{ isSecret: true, isRequired: true }, { variables: secret }]) {
      const { manifest, notes } = image(named("-e", "AUTH=Bearer {token}", more));
      assert.deepEqual([manifest.env, manifest.secrets], [undefined, [{ name: "auth", env: "AUTH", required: true }]]);
      assert.ok(
        notes.some((note) => note.includes("AUTH is the secret auth (as Bearer {token}): set it in")) ||
          !("variables" in more),
      );
    }
    const { manifest, notes } = image(named("-e", "X=s3cr3t", { isSecret: true }));
    assert.deepEqual(manifest.secrets, [{ name: "x", env: "X", required: false }]);
    assert.ok(!JSON.stringify([manifest, notes]).includes("s3cr3t"));
    // Two names, one file name.
    const two = image(named("-e", "A_B=1", { isSecret: true }), named("-e", "a_b=1", { isSecret: true }));
    assert.deepEqual(
      (two.manifest.secrets as { name: string }[]).map(({ name }) => name),
      ["a-b", "a-b-2"],
    );
  });

  it("takes the document's word for what only sounds like a secret", () => {
    const { manifest } = image(named("-e", "APP_TOKEN=abc", { isSecret: false }), named("-e", "OTHER_TOKEN=abc"));
    assert.deepEqual([manifest.env, manifest.notSecrets], [{ APP_TOKEN: "abc" }, ["APP_TOKEN"]]);
    assert.deepEqual(manifest.secrets, [{ name: "other-token", env: "OTHER_TOKEN", required: false }]);
  });

  it("says what every other option asked for", () => {
    const cases: [object, string][] = [
      [
        named("-v", "data:/var/lib/x"),
        "mounts: -v data:/var/lib/x asks for the volume data at /var/lib/x, to write to",
      ],
      [word("-v=C:\\data:/data:ro"), "mounts: -v C:\\data:/data:ro asks for your C:\\data at /data, read-only"],
      [
        named("--mount", "type=bind,src={from},dst={to},readonly", { variables: { to: { default: "/project" } } }),
        "mounts: --mount type=bind,src={from},dst=/project,readonly asks for your {from} at /project, read-only; what can be mounted is the workspace: {volume: workspace, path: /project}, or a folder that the config lends it: {folder: NAME, path: /project}",
      ],
      [named("-p", "8080:8080"), "runtimeArguments: -p 8080:8080 left out: no port is published"],
      [named("--user", "1000:1000"), "runtimeArguments: --user 1000:1000 was left out: it runs as a user of its own"],
      [named("-m", "2g"), "resources: -m 2g was left out: set resources to what it needs"],
      [named("--shm-size", "1g"), "sharedMemory: --shm-size 1g was left out: set sharedMemory to what it needs"],
      [
        named("--tmpfs", "/tmp:exec"),
        "scratch: --tmpfs /tmp:exec was left out: /tmp is in memory as it is; scratch sets its size",
      ],
      [
        named("--tmpfs", "/app/logs:size=1m"),
        "cacheDir: --tmpfs /app/logs:size=1m was left out: with cacheDir: /app/logs it is a folder in memory",
      ],
      [named("--env-file", ".env"), "env: --env-file .env was left out: write the variables of that file down here"],
      [named("--cap-add", "SYS_ADMIN"), "runtimeArguments: --cap-add SYS_ADMIN is for docker and was left out"],
      [named("--privileged"), "runtimeArguments: --privileged is for docker and was left out"],
      [word("--rm"), "runtimeArguments: --rm left out: how a container runs here is the same for all"],
      [named("-v"), "runtimeArguments: -v has no value and was left out"],
      [word("other/image:2"), "runtimeArguments: other/image:2 is no option of docker run and was left out"],
      [named("-e", "A-B=1"), "environmentVariables: A-B was left out: letters, digits and _ make a variable's name"],
    ];
    for (const [argument, expected] of cases) {
      const { notes } = image(argument);
      assert.ok(
        notes.some((note) => note.startsWith(expected)),
        `${expected}\n${notes.join("\n")}`,
      );
    }
  });

  it("has the program, its folder and its arguments", () => {
    const { manifest, notes } = image(
      ...[
        named("--entrypoint", "/weather"),
        named("-w", "/app"),
        word("a.example/weather:1"),
        word("serve"),
        word("{city}", { variables: { city: { default: "Bern" } } }),
      ],
    );
    assert.deepEqual(manifest.transport, { type: "stdio", command: ["/weather", "serve", "Bern"] });
    assert.equal(manifest.workdir, "/app");
    assert.deepEqual(notes, []);
  });
});

describe("server.json: what uvx and npx would be told (B31)", () => {
  const pypi = (one: object, ...runtimeArguments: object[]) =>
    told(document({ registryType: "pypi", identifier: "example-suite", version: "0.4.1", runtimeArguments, ...one }));
  const npm = (one: object, ...runtimeArguments: object[]) =>
    told(document({ registryType: "npm", identifier: "@example/suite", version: "0.4.1", runtimeArguments, ...one }));

  it("takes the document's version, the extra and the program", () => {
    for (const more of [{}, { version: "0.4.1" }]) {
      const given = fixture("B31") as { packages: object[] };
      const { dockerfile, notes, manifest } = told({ ...given, packages: [{ ...given.packages[0], ...more }] });
      assert.match(dockerfile ?? "", /"example-suite\[mcp\]==0\.4\.1" [\s\S]* ln -s "\/usr\/local\/bin\/example-mcp" /);
      assert.deepEqual(manifest.transport, { type: "stdio", command: ["mcp-server"] });
      assert.deepEqual(
        notes,
        "version" in more ? [] : ["packages: example-suite has no version of its own; the document's was taken, 0.4.1"],
      );
    }
  });

  it("is understood in each way of writing it", () => {
    const suite = /install .*"example-suite\[mcp\]==0\.4\.1" \\\n.*\n && ln -s "\/usr\/local\/bin\/example-mcp"/;
    const ways: [object, object[]][] = [
      [{}, [named("--from", "example-suite[mcp]"), word("example-mcp")]],
      [{}, [word("--from=example-suite[mcp]==0.4.1"), word("example-mcp")]],
      [{}, [word("--quiet"), word("--from"), word("Example_Suite[mcp]@0.4.1"), word("example-mcp")]],
      [
        { runtimeHint: "uv" },
        [word("tool"), word("run"), word("--from"), word("example-suite[mcp]"), word("example-mcp")],
      ],
      [{ runtimeHint: "pipx" }, [word("run"), word("--spec"), word("example-suite[mcp]"), word("example-mcp")]],
      [{ identifier: "example-suite[mcp]" }, [word("example-mcp")]],
      [{}, [named("--from", "example-suite[mcp]"), named("--with", "example-suite[mcp]"), word("example-mcp")]],
      [{ identifier: "example-suite[mcp]==0.4.1", version: undefined }, [word("example-mcp")]],
    ];
    for (const [one, way] of ways) {
      const { dockerfile = "" } = pypi(one, ...way);
      assert.match(dockerfile.replace("Example_Suite", "example-suite"), suite, JSON.stringify(way));
    }
  });

  it("takes more packages, a version of Python, a module, and arguments behind the program", () => {
    const more = pypi(
      {},
      named("--with", "extra[a,b]==2.0,other"),
      named("--python", "3.12"),
      word("example-suite"),
      word("serve"),
    );
    assert.match(
      more.dockerfile ?? "",
      /^FROM python:3\.12-slim-trixie\n[\s\S]*"example-suite==0\.4\.1" "extra\[a,b\]==2\.0" "other" /,
    );
    assert.deepEqual(more.manifest.transport, { type: "stdio", command: ["mcp-server", "serve"] });
    assert.deepEqual(more.notes, ["runtimeArguments: other has no version; write one into the Dockerfile"]);
    const module = pypi({ runtimeHint: "python" }, named("-m", "example.server"), word("--fast"));
    assert.deepEqual(module.manifest.transport, {
      type: "stdio",
      command: ["python", "-m", "example.server", "--fast"],
    });
    assert.doesNotMatch(module.dockerfile ?? "", /ln -s/);
  });

  it("takes npx's package and program", () => {
    const program = /"@example\/suite@0\.4\.1" \\\n[\s\S]* && program="weather" \\\n/;
    for (const way of [
      [word("-y"), named("--package", "@example/suite@0.4.1"), word("weather")],
      [named("-y", ""), named("-p", "@example/suite"), word("weather")],
      [word("--package=@example/suite"), word("--yes"), word("weather")],
    ])
      assert.match(npm({}, ...way).dockerfile ?? "", program, JSON.stringify(way));
    const again = npm({}, word("-y"), word("@example/suite@0.4.1"), word("serve"));
    assert.deepEqual(again.manifest.transport, { type: "stdio", command: ["mcp-server", "serve"] });
    assert.deepEqual(again.notes, ["runtimeArguments: -y is for npx and was left out"]);
    assert.match(
      npm({}, named("-p", "@example/suite"), named("-p", "peer@2"), word("weather")).dockerfile ?? "",
      /@0\.4\.1" "peer@2" /,
    );
    assert.match(
      npm({ identifier: "@example/suite@1.0.0", version: undefined }).dockerfile ?? "",
      /"@example\/suite@1\.0\.0" /,
    );
  });

  it("says what cannot be had in an image that is built here", () => {
    const cases: [{ notes: string[] }, string][] = [
      [
        pypi({}, named("--from", "git+https://example.com/x")),
        "--from git+https://example.com/x was left out: expected a package of pypi, with or without its version",
      ],
      [
        pypi({}, named("--index-url", "https://example.com")),
        "--index-url https://example.com is for uvx and was left out",
      ],
      [
        pypi({}, named("--from", "{which}", { variables: { which: {} } })),
        "--from {which} is for uvx and was left out",
      ],
      [
        npm({ runtimeHint: "node" }, word("--inspect"), word("dist/index.js")),
        "dist/index.js was left out: the package's own program is started",
      ],
      [npm({ runtimeHint: "node" }, word("--inspect=1")), "--inspect 1 is for node and was left out"],
      [
        npm({}, named("-p", "x y; curl")),
        "-p x y; curl was left out: expected a package of npm, with or without its version",
      ],
    ];
    for (const [{ notes }, expected] of cases)
      assert.ok(notes.includes(`runtimeArguments: ${expected}`), `${expected}\n${notes.join("\n")}`);
  });

  it("lets nothing of it become a command of the build", () => {
    for (const text of ['x"; curl evil', "$(id)", "a\nRUN id", "`id`", "a[b]c; id", "x && id"]) {
      for (const way of [
        [named("--from", text)],
        [named("--with", text)],
        [named("--python", text)],
        [word(text)],
        [named("--package", text), word(text)],
      ]) {
        for (const { dockerfile = "" } of [pypi({}, ...way), npm({}, ...way)]) {
          assert.ok(!dockerfile.includes(text), `${text}\n${dockerfile}`);
          assert.doesNotMatch(dockerfile, /curl|RUN id|\bid\b/);
        }
      }
    }
    assert.throws(() => pypi({ identifier: "x;y" }), ProblemsError);
  });

  it("names all that is missing at once", () => {
    const both = [
      { registryType: "npm", identifier: "no name", transport: { type: "stdio" } },
      { registryType: "pypi", identifier: "x;", version: "1;", transport: { type: "stdio" } },
    ];
    assert.throws(
      () => told(document({}, { packages: both })),
      (error) => {
        assert.ok(error instanceof ProblemsError);
        assert.deepEqual(
          error.problems.map(({ path }) => path),
          ["packages.0.identifier", "packages.1.identifier", "packages.1.version"],
        );
        return true;
      },
    );
  });
});
