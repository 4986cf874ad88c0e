import assert from "node:assert/strict";
import { document, manifest, problemsOf } from "../../support/manifest/documents";

const inject = { host: "api.example.com:443", header: "X-Api-Key" };
const kept = (more: Record<string, unknown> = {}, rest: Record<string, unknown> = {}) =>
  document({
    egress: ["api.example.com:443"],
    secrets: [{ name: "k", env: "API_KEY", inject: { ...inject, ...more } }, { name: "ca" }],
    ...rest,
  });

describe("secrets that the egress proxy keeps", () => {
  it("say the host and the header, whose value is the secret by default", () => {
    const [secret] = manifest({ egress: ["api.example.com:443"], secrets: [{ name: "k", inject }] }).secrets;
    assert.deepEqual(secret?.inject, { ...inject, value: "{}" });
    for (const right of [kept({ value: "Bearer {}" }), kept({ ca: { secret: "ca" } }), kept({}, { egress: "public" })])
      assert.deepEqual(problemsOf(right), []);
  });

  const refused: [document: ReturnType<typeof document>, problem: RegExp][] = [
    [kept({ host: "other.example.com:443" }), /inject\.host: got "other.*expected a host of egress.*add it there/],
    [kept({ host: "*.example.com:443" }, { egress: ["*.example.com:443"] }), /inject\.host: .*without a wildcard/],
    [kept({ host: "api.example.com" }), /inject\.host: .*expected a host and port/],
    [kept({ host: "10.1.2.3:443" }, { egress: ["10.1.2.3:443"] }), /inject\.host: .*a DNS name/],
    [kept({ host: "api.example.com:8443" }, { egress: "public" }), /inject\.host: .*a host of egress/],
    [kept({ header: "Host" }), /inject\.header: got "Host"/],
    [kept({ header: "Content-Length" }), /inject\.header/],
    [kept({ header: "X-Key\r\nhttp_access allow all" }), /inject\.header: .*a header's name/],
    [kept({ value: "Bearer" }), /inject\.value: .*\{\} once/],
    [kept({ value: "{} {}" }), /inject\.value: .*\{\} once/],
    [kept({ value: `${"x".repeat(101)}{}` }), /inject\.value: .*at most 102 characters/],
    [kept({ ca: { secret: "k" } }), /inject\.ca: .*a secret of the server that it has itself/],
    [kept({ ca: { secret: "gone" } }), /inject\.ca/],
    [kept({}, { secrets: [1, 2].map((n) => ({ name: `k${n}`, inject })) }), /secrets\.1\.inject\.header: .*again/],
    [kept({}, { secrets: [{ name: "k", from: "redis.k", inject }] }), /inject: got "?inject and from/],
    [
      kept({}, { services: [{ name: "r", image: "redis:8", user: 11_001, egress: true, health: { port: 1 } }] }),
      /services\.0\.egress: .*could use the server's keys/,
    ],
  ];
  for (const [index, [given, problem]] of refused.entries())
    it(`are refused otherwise, in one sentence (${index + 1}: ${problem.source})`, () => {
      assert.ok(
        problemsOf(given).some((text) => problem.test(text)),
        problemsOf(given).join("\n"),
      );
    });

  it("are not for what runs elsewhere", () => {
    const remote = { transport: { type: "remote", url: "https://api.example.com/mcp" }, image: undefined };
    const given = kept({}, { ...remote, egress: undefined, secrets: [{ name: "k", inject }] });
    assert.ok(
      problemsOf(given).some((text) => /secrets\.0\.inject: .*use headers/.test(text)),
      problemsOf(given).join(),
    );
  });
});
