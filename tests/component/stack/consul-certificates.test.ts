import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withCertificates } from "../../../stack/consul-certificates";
import { makeCertificates } from "../../support/hosts/certificates";

describe("certificates for Consul", () => {
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "mcp-component-consul-"));
    await makeCertificates(folder);
  });
  after(() => rmSync(folder, { recursive: true }));

  const text = (file: string): string => readFileSync(join(folder, file), "utf8");
  const read = (tls: object, key = "") =>
    withCertificates(
      { consul: { address: "https://c:8501", prefix: "mcp", tls }, consulKey: key === "" ? "" : text(key) },
      folder,
      "f",
    );

  it("are files from the project's folder, or texts, and the key is the certificate's", () => {
    const pem = text("client/cert.pem").trim();
    const tls = { ca: text("ca.pem"), certificate: "client/cert.pem", serverName: "server.dc1.consul" };
    assert.deepEqual(read(tls, "client/key.pem")?.tls, { ...tls, ca: tls.ca.trim(), certificate: pem });
  });

  it("that are none are told all at once, and another's key", () => {
    assert.throws(
      () => read({ ca: "gone.pem", certificate: "client/key.pem" }, "client/key.pem"),
      ({ message }: Error) =>
        /consul\.tls\.ca: got no file .*gone\.pem/.test(message) &&
        /consul\.tls\.certificate: got text without a certificate/.test(message),
    );
    assert.throws(
      () => read({ certificate: "client/cert.pem" }, "stranger/key.pem"),
      /consulKey: got another key.*expected the key of consul\.tls\.certificate/,
    );
  });

  it("stay away where there is no TLS", () => {
    assert.equal(withCertificates({ consul: undefined, consulKey: "" }, folder, "f"), undefined);
  });
});
