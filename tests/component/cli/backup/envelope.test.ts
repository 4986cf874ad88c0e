import assert from "node:assert/strict";
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { type Identities, type Recipients, seal, unseal } from "../../../../cli/backup/format/envelope";
import { pack } from "../../../../cli/backup/format/pack";
import { unpack } from "../../../../cli/backup/format/unpack";
import { manifestOf, partsOf } from "../../../support/backup/archive";

const CONTENTS = { "state.json": "{}", "volumes/a.tar": "some text ".repeat(50_000) };

describe("a backup's file", function () {
  this.timeout(60_000); // a passphrase is made slow to try, on purpose
  let folder: string;
  let file: string;
  let identities: string[];
  let recipients: string[];
  const write = async (keys: Recipients) =>
    pipeline(await seal(pack(manifestOf(CONTENTS), partsOf(CONTENTS)), keys), createWriteStream(file));
  const read = (keys: Identities = { identities }) => unpack(unseal(file, keys), async () => {});

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "dind-mcp-envelope-"));
    file = join(folder, "fleet.backup");
    const { generateX25519Identity, identityToRecipient } = await import("age-encryption");
    identities = [await generateX25519Identity()];
    recipients = [await identityToRecipient(identities[0] ?? "")];
  });
  after(() => rmSync(folder, { recursive: true }));

  it("opens with the passphrase, and with no other, nor with a key", async () => {
    await write({ passphrase: "correct horse", recipients: [] });
    const { manifest } = await read({ passphrase: "correct horse", identities: [] });
    assert.equal(manifest.stack, "dev");
    await assert.rejects(read({ passphrase: "wrong", identities: [] }), /the passphrase does not open the backup/);
    await assert.rejects(read(), /no identity opens the backup/);
  });

  it("opens with the key of a recipient, and with no other; nothing of it can be read without", async () => {
    await write({ recipients });
    await read();
    const { generateX25519Identity } = await import("age-encryption");
    await assert.rejects(read({ identities: [await generateX25519Identity()] }), /no identity opens the backup/);
    assert.ok(!readFileSync(file).includes("some text"));
  });

  it("that is cut anywhere, or has a flipped byte anywhere, is refused", async () => {
    await write({ recipients });
    const whole = readFileSync(file);
    for (let at = 0; at < whole.length; at += 97) {
      writeFileSync(file, whole.subarray(0, at));
      await assert.rejects(read(), /broken|no backup|no identity/, `cut at ${at}`);
      const flipped = Buffer.from(whole);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      writeFileSync(file, flipped);
      await assert.rejects(read(), /broken|no backup|no identity/, `flipped at ${at}`);
    }
    writeFileSync(file, Buffer.concat([whole, Buffer.from("x")]));
    await assert.rejects(read(), /broken/, "with a byte more");
  });

  it("is not any file", async () => {
    for (const text of ["", "age", "age-encryption.org/v2\n", "PK\u0003\u0004 something else"]) {
      writeFileSync(file, text);
      await assert.rejects(read(), /no backup/, JSON.stringify(text));
    }
    rmSync(file);
    await assert.rejects(read(), { message: /no such file, expected a backup/, code: 2 });
  });
});
