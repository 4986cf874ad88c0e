import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SignIns } from "../../../../orchestrator/page/sign-ins";

/** The page's. */
const KEY = "a key";
const HOURS = 60 * 60 * 1_000;

describe("sign-ins on the page", () => {
  let folder: string;
  let now: number;
  const files = () => ({ key: join(folder, "key"), ended: join(folder, "ended") });
  const open = () => new SignIns(files(), () => now);
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "mcp-test-page-"));
    now = Date.parse("2026-11-30T08:00:00Z");
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("stand for their token, also after a restart, and show nothing of it", async () => {
    const { value, seconds } = await open().begin("a-secret-token", KEY);
    assert.equal(seconds, 12 * 60 * 60);
    assert.equal((await open().of(value, KEY))?.token, "a-secret-token");
    assert.ok(!Buffer.from(value, "base64url").includes("a-secret") && !value.includes("secret"));
    assert.equal(statSync(files().key).mode & 0o777, 0o600);
  });

  it("are good only with the key of the page that they were made for", async () => {
    const { value } = await open().begin("t", KEY);
    for (const other of ["", "1", "undefined", `${KEY} `])
      assert.equal(await open().of(value, other), undefined, other);
    assert.ok(!value.includes(KEY));
  });

  it("end after twelve hours", async () => {
    const { value } = await open().begin("t", KEY);
    now += 12 * HOURS - 1_000;
    assert.ok(await open().of(value, KEY));
    now += 2_000;
    assert.equal(await open().of(value, KEY), undefined);
  });

  it("end when they are ended, for good: also after a restart; others go on", async () => {
    const first = await open().begin("t", KEY);
    const second = await open().begin("t", KEY);
    const signIns = open();
    const signIn = await signIns.of(first.value, KEY);
    assert.ok(signIn);
    signIns.end(signIn);
    for (const one of [signIns, open()]) {
      assert.equal(await one.of(first.value, KEY), undefined);
      assert.ok(await one.of(second.value, KEY));
    }
    assert.ok(!readFileSync(files().ended, "utf8").includes(first.value));
  });

  it("are none of another key, of changed text, or of a token of another kind", async () => {
    const { value } = await open().begin("t", KEY);
    for (const other of ["", "x", `${value.slice(0, -2)}xx`, value.replace(/\./, "x"), "eyJhbGciOiJub25lIn0.e30."])
      assert.equal(await open().of(other, KEY), undefined, other);
    writeFileSync(files().key, "damaged");
    assert.equal(await open().of(value, KEY), undefined);
    assert.ok(await open().of((await open().begin("t", KEY)).value, KEY), "another key was made");
  });
});
