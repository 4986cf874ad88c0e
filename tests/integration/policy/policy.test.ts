import assert from "node:assert/strict";
import { copyFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { policies } from "../../../policy/pack";
import { must, type Result, run } from "../../support/fleet/command";
import { createStack, pulumi, ROOT, setConfig, setSecret, type TestStack } from "../../support/fleet/stack";

const BAD = join(ROOT, "tests/fixtures/bad-stack");
const PACK = ["--policy-pack", join(ROOT, "policy")];
const PRODUCTION = ["--policy-pack-config", join(ROOT, "policy/config/production.json")];

/** Policies that fired, each once, as "level id". */
function fired({ stdout }: Result): string[] {
  const found = [...stdout.matchAll(/\[(mandatory|advisory)\] \[severity: \w+\] +([a-z-]+) +\(/g)];
  return [...new Set(found.map(([, level, id]) => `${level} ${id}`))].sort();
}

/** All policies, with the level that they have by themselves, or another. */
const all = (level?: string) =>
  policies.map(({ about }) => `${level ?? about.level ?? "mandatory"} ${about.id}`).sort();

// Previews only: nothing is made, and no engine inside is asked.
describe("preview with the policy pack", function () {
  this.timeout(120_000);

  describe("of this program", () => {
    let stack: TestStack;
    beforeEach(async () => {
      stack = await createStack("policy");
    });
    afterEach(() => rm(stack.folder, { recursive: true, force: true })); // nothing was made
    const preview = (...args: string[]) => pulumi(stack, "preview", ...PACK, ...args);

    it("finds nothing, with an external database and its relay neither", async () => {
      await setSecret(stack, "databaseDsn", "postgres://reader:hunter2@db.example/d");
      const result = await preview();
      assert.equal(result.code, 0, result.stdout + result.stderr);
      assert.deepEqual(fired(result), []);
      assert.match(result.stdout, /✅ dind-mcp@v/, "the pack has run");
      assert.match(result.stdout, /database-relay/);
      assert.doesNotMatch(result.stdout + result.stderr, /hunter2/);
    });

    it("finds nothing in production with protected volumes", async () => {
      await setConfig(stack, { protectVolumes: true });
      const result = await preview(...PRODUCTION);
      assert.deepEqual([result.code, fired(result)], [0, []], result.stdout);
    });

    it("finds what its own config opens: the whole Docker API, volumes in production that nothing protects", async () => {
      await setConfig(stack, { dockerApi: "full" });
      const result = await preview(...PRODUCTION);
      assert.notEqual(result.code, 0);
      assert.deepEqual(fired(result), ["mandatory docker-api-auth", "mandatory protected-volumes"]);
      assert.match(result.stdout, /To fix: .*protectVolumes/);
    });
  });

  describe("of a stack that does everything wrong", () => {
    let folder: string;
    let env: NodeJS.ProcessEnv;
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), "mcp-test-policy-"));
      env = { ...process.env, PULUMI_BACKEND_URL: `file://${folder}`, PULUMI_CONFIG_PASSPHRASE: "a test's passphrase" };
      await copyFile(join(BAD, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
      await must("pulumi", ["stack", "init", "bad"], { cwd: folder, env });
    });
    after(() => rm(folder, { recursive: true, force: true }));

    const preview = (...args: string[]): Promise<Result> =>
      run(
        "pulumi",
        ["preview", "--stack", "bad", "--config-file", join(folder, "Pulumi.bad.yaml"), "--non-interactive", ...args],
        { cwd: BAD, env },
      );
    const withConfig = async (config: object): Promise<Result> => {
      const file = join(folder, "policies.json");
      await writeFile(file, JSON.stringify(config));
      return preview(...PACK, "--policy-pack-config", file);
    };

    it("is previewed without complaint when there is no pack", async () => {
      const result = await preview();
      assert.equal(result.code, 0, result.stdout + result.stderr);
    });

    it("makes every policy fire, and the preview fail", async () => {
      const result = await preview(...PACK, ...PRODUCTION);
      assert.notEqual(result.code, 0);
      assert.deepEqual(fired(result), all());
      assert.doesNotMatch(result.stdout, /0123456789abcdef/, "tells no secret");
    });

    it("is told and let pass where the stack's config says advisory, and not told where it says disabled", async () => {
      const told = await withConfig({
        all: "advisory",
        "protected-volumes": { production: true },
        "no-privileged": "disabled",
      });
      assert.equal(told.code, 0, told.stdout + told.stderr);
      const expected = all("advisory").filter((one) => !/no-privileged|protected-volumes/.test(one));
      assert.deepEqual(
        fired(told).filter((one) => !one.endsWith("protected-volumes")),
        expected,
      );
    });

    it("is not previewed with a config that is wrong", async () => {
      for (const [config, says] of [
        [{ "own-user": { exceptions: [{ name: "server" }] } }, /own-user: exceptions\.0: reason is required/],
        [
          { "loopback-ports": { alowed: [] } },
          /loopback-ports: got alowed, expected only allowedAddresses, exceptions/,
        ],
      ] as const) {
        const result = await withConfig(config);
        assert.notEqual(result.code, 0);
        assert.match(result.stdout + result.stderr, says);
      }
    });
  });
});
