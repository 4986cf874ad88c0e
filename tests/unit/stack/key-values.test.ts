import assert from "node:assert/strict";
import { rootCertificates } from "node:tls";
import { keyValueProblems } from "../../../stack/key-values";

const [PEM = ""] = rootCertificates;
const BROKEN = "-----BEGIN CERTIFICATE-----\nsecret-word\n-----END CERTIFICATE-----";

const inject = { host: "api.example.com:443", header: "X-Key", value: "{}", ca: { secret: "ca" } };
const secrets = [
  { name: "ca", required: true },
  { name: "key", required: true, inject },
  { name: "id", required: true, inject: { ...inject, header: "X-Id" } },
];
const problems = (values: Record<string, string>) =>
  keyValueProblems([{ manifest: { name: "search", secrets } }], { secrets: { search: values } }, "Pulumi.dev.yaml");
const told = (values: Record<string, string>): string[] =>
  problems(values).map(({ path, got, expected }) => `${path}: ${got}, ${expected}`);

describe("values for the egress proxy", () => {
  it("are headers and certificates", () => {
    assert.deepEqual(told({ key: "k", id: "i", ca: `# mine\n${PEM}` }), []);
    assert.deepEqual(told({}), []); // that one is missing is told elsewhere
  });

  it("that are none are told, each once, and without the value", () => {
    const expected = "printable ASCII characters on one line";
    assert.deepEqual(told({ key: "secret\nword", id: "i", ca: "secret-word" }), [
      `secrets.search.key: another value, ${expected}`,
      "secrets.search.ca: text without a certificate, PEM certificates",
    ]);
    assert.deepEqual(told({ ca: BROKEN }), ["secrets.search.ca: a certificate that cannot be read, PEM certificates"]);
  });
});
