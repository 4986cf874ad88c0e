import assert from "node:assert/strict";
import { type DeclaredSecret, declaredSecret, secretRows } from "../../../../cli/secrets/declared";

describe("secrets set", () => {
  const secret = (server: string, name: string): DeclaredSecret => ({ server, name, required: true });
  const all = [secret("github", "github-token"), secret("github", "pem"), secret("slack", "token")];

  it("finds a secret by its name, or by the variable that it becomes", () => {
    assert.equal(declaredSecret(all, "github", "github-token").name, "github-token");
    assert.equal(declaredSecret(all, "github", "GITHUB_TOKEN").name, "github-token");
    assert.equal(declaredSecret(all, "slack", "TOKEN").server, "slack");
  });

  it("refuses what no manifest asks for, and says what there is", () => {
    assert.throws(() => declaredSecret(all, "github", "token"), /NAME: got "token", expected .*: github-token, pem$/);
    assert.throws(() => declaredSecret(all, "files", "token"), /SERVER: got "files", expected .*: github, slack$/);
    assert.throws(() => declaredSecret([], "files", "token"), /asks for a secret: none$/);
  });
});

describe("secrets list", () => {
  it("has what is asked for, with a value or without, and then values that nobody asks for", () => {
    const asked = { file: "/run/secrets/x", description: "d" };
    const declared = [
      { ...asked, server: "a", name: "key", required: true },
      { ...asked, server: "a", name: "more", required: false },
    ];
    const rows = secretRows(declared, { a: { key: "v", old: "v" }, gone: { token: "v" }, none: {} });
    assert.deepEqual(
      rows.map(({ server, secret, required, set }) => [server, secret, required, set]),
      [
        ["a", "key", true, true],
        ["a", "more", false, false],
        ["a", "old", false, true],
        ["gone", "token", false, true],
      ],
    );
    assert.match(rows.at(-1)?.description ?? "", /secrets remove gone token$/);
  });
});
