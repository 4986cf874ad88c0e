import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rootCertificates } from "node:tls";
import { withAuthorities } from "../../../stack/registry-authorities";

const [ONE = "", OTHER = ""] = rootCertificates;
const plainHttp = false;

describe("authorities of private registries", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "authorities-"));
    writeFileSync(join(folder, "ca.pem"), `# mine\n${ONE}\n${OTHER}\n`);
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const read = (ca: string) => withAuthorities({ "r:1": { ca, plainHttp } }, folder, "f")["r:1"]?.ca;

  it("are files, from the project's folder, or texts; others stay as they are", () => {
    assert.equal(read("ca.pem"), `${ONE}\n${OTHER}`);
    assert.equal(read(join(folder, "ca.pem")), `${ONE}\n${OTHER}`);
    assert.equal(read(readFileSync(join(folder, "ca.pem"), "utf8")), `${ONE}\n${OTHER}`);
    const others = { "r:1": { username: "u", password: "p", plainHttp } };
    assert.deepEqual(withAuthorities(others, folder, "f"), others);
  });

  it("that are none are told all at once, and no text of theirs", () => {
    const key = "-----BEGIN PRIVATE KEY-----\nsecret-word\n-----END PRIVATE KEY-----";
    const broken = "-----BEGIN CERTIFICATE-----\nsecret-word\n-----END CERTIFICATE-----";
    const registries = {
      a: { ca: "gone.pem", plainHttp },
      b: { ca: key, plainHttp },
      c: { ca: broken, plainHttp },
    };
    assert.throws(
      () => withAuthorities(registries, folder, "f"),
      ({ message }: Error) =>
        /registries\["a"\]\.ca: got no file .*gone\.pem/.test(message) &&
        /registries\["b"\]\.ca: got text without a certificate/.test(message) &&
        /registries\["c"\]\.ca: got a certificate that cannot be read/.test(message) &&
        !message.includes("secret-word"),
    );
  });
});
