import { DockerType } from "../../../../lib/docker-types";
import { Label } from "../../../../manifest/container/labels";
import { bad, envs, one, volume } from "../../../support/policy/case";
import { container, type Given, LATER } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

const image = (props: Record<string, unknown>): Given => ({ type: DockerType.Image, props });
const run = (...command: (string | symbol)[]): Given => container({ command });
const key = Buffer.from("-----BEGIN PRIVATE KEY-----\nhunter2").toString("base64");
const build = (type: string, props: Record<string, unknown>): Given => ({ type, props });
/** Values that have the shape of a secret, in a variable whose name tells nothing. */
const SHAPED = [
  `glpat-${"a".repeat(20)}`,
  `npm_${"a".repeat(36)}`,
  `hf_${"a".repeat(34)}`,
  `sk_live_${"a".repeat(24)}`,
  `ASIA${"A".repeat(16)}`,
  `AIza${"a".repeat(35)}`,
  "Bearer abcdefghijklmnop1234",
  "-----BEGIN PGP PRIVATE KEY BLOCK-----",
  key,
  "host=db user=u password=hunter2",
  "https://example.org/?api_key=hunter2",
  '{"user":"u","password":"hunter2"}',
  "redis://:hunter2@redis",
];
const NAMED = ["DB_PASS", "DB_PWD", "SIGNING_KEY", "ENCRYPTION_KEY", "AUTH_TOKENS", "BEARER"];

testPolicy("no-secrets-in-env", {
  passes: [
    one("where it is", envs("API_KEY_FILE=/run/secrets/key", "MAX_TOKENS=9")),
    one("not known yet", envs(LATER)),
    one("a revision", container({ labels: [{ label: Label.SecretsRevision, value: "abc" }] })),
    one("an option with a file", container({ command: ["serve", "--token-file", "/run/secrets/t"] })),
    one("an ordinary build argument", image({ name: "mine:1", build: { buildArgs: { BASE: "debian" } } })),
    one(
      "what counts and names",
      envs("TOKENIZER=gpt2", "TOKEN_LIMIT=4096", "PASSWORD_MIN_LENGTH=8", "SECRETS_DIR=/run/secrets", "PWD=/srv"),
    ),
    one("where tokens are asked for", envs("OAUTH_TOKEN_URL=https://login.example.org/token")),
    one("a shell that reads it", run("sh", "-c", "DB_PASSWORD=$(cat /run/secrets/db) serve --token-file /run/t")),
    one("arguments not known yet", run("serve", LATER)),
    one("what YAML leaves empty", container({ envs: null, labels: [null], command: [null], healthcheck: null })),
    one("a certificate", envs(`CA=${Buffer.from("-----BEGIN CERTIFICATE-----\nabc").toString("base64")}`)),
    one(
      "what the manifest says is none",
      container({
        envs: ["APP_TOKEN=abc"],
        command: ["serve", "--token=abc"],
        labels: [
          {
            label: Label.Manifest,
            value: JSON.stringify({
              notSecrets: ["APP_TOKEN", "--token"],
              env: { APP_TOKEN: "abcde" },
              transport: { command: ["serve", "--token=abc"] },
            }),
          },
        ],
      }),
    ),
    one("what the stack's config says is none", image({ build: { buildArgs: { NPM_TOKEN: "hunter2" } } }), {
      notSecrets: ["NPM_TOKEN"],
    }),
    one("a build not known yet", build(DockerType.Image, { build: { buildArgs: LATER } })),
    one("a build without arguments", build(DockerType.Image, { build: { buildArgs: null } })),
  ],
  fails: [
    bad("by its name", /env DB_PASSWORD looks/, envs("DB_PASSWORD=hunter2")),
    bad("by its shape", /env NOTE looks/, envs(`NOTE=ghp_${"a".repeat(36)}`)),
    bad(
      "by its shape, whatever the manifest says",
      /env APP_TOKEN looks/,
      container({
        envs: [`APP_TOKEN=ghp_${"a".repeat(36)}`],
        labels: [{ label: Label.Manifest, value: '{"notSecrets":["APP_TOKEN"]}' }],
      }),
    ),
    bad(
      "that another variable's name does not cover",
      /env B_TOKEN looks/,
      container({
        envs: ["B_TOKEN=abc"],
        labels: [{ label: Label.Manifest, value: '{"notSecrets":["A_TOKEN"]}' }],
      }),
    ),
    bad(
      "in a manifest's label",
      /label dind-mcp\.manifest looks/,
      container({
        labels: [{ label: Label.Manifest, value: '{"notSecrets":["A_TOKEN"],"env":{"B_TOKEN":"hunter2"}}' }],
      }),
    ),
    bad("in a URL", /env DB looks/, envs("DB=postgres://u:hunter2@db/x")),
    bad("in a label", /label password looks/, container({ labels: [{ label: "password", value: "hunter2" }] })),
    bad("in an argument", /argument 2 looks/, container({ command: ["serve", "--token=hunter2"] })),
    bad("in a build argument", /build argument NPM_TOKEN/, image({ build: { buildArgs: { NPM_TOKEN: "hunter2" } } })),
    ...NAMED.map((name) => bad(name, new RegExp(`env ${name} looks`), envs(`${name}=hunter2`))),
    ...SHAPED.map((value) => bad(value.slice(0, 9), /env X looks/, envs(`X=${value}`))),
    bad("in a shell's script", /argument 3 looks/, run("sh", "-c", "serve --token=hunter2")),
    bad("as a variable of it", /argument 3 looks/, run("sh", "-c", "DB_PASSWORD=hunter2 serve")),
    bad("as a variable of env", /argument 2 looks/, run("env", "API_KEY=hunter2", "serve")),
    bad("by its shape alone", /argument 2 looks/, run("serve", `ghp_${"a".repeat(36)}`)),
    bad(
      "in a health check",
      /word 2 of its health check/,
      container({ healthcheck: { tests: ["CMD", "--password=hunter2"] } }),
    ),
    bad("in a log option", /log option splunk-token/, container({ logOpts: { "splunk-token": "hunter2" } })),
    bad(
      "in a volume's options",
      /option o /,
      volume({ driverOpts: { type: "cifs", o: "username=u,password=hunter2" } }),
    ),
    bad("in a volume's label", /label password/, volume({ labels: [{ label: "password", value: "hunter2" }] })),
    bad(
      "in an image's label",
      /label password/,
      build(DockerType.Image, { build: { labels: { password: "hunter2" } } }),
    ),
    bad(
      "in a build of the old kind",
      /argument NPM_TOKEN/,
      build("docker:index/image:Image", { build: { args: { NPM_TOKEN: "hunter2" } } }),
    ),
    bad(
      "in a build of the new kind",
      /argument NPM_TOKEN/,
      build("docker-build:index:Image", { buildArgs: { NPM_TOKEN: "hunter2" } }),
    ),
  ],
});
