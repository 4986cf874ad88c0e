import assert from "node:assert/strict";
import { looksLikeSecret, secretArguments } from "../../../manifest/secret-names";

describe("names of secrets", () => {
  const found = (names: string[], value: string) => names.filter((name) => looksLikeSecret(name, value));

  it("are known in the usual spellings", () => {
    const names = [
      ...["DB_PASSWORD", "db-passwd", "MYSQL_PASS", "PASS", "PGPASSWORD", "DB_PWD", "KEY_PASSPHRASE"],
      ...["API_KEY", "apikey", "SIGNING_KEY", "ENCRYPTION_KEY", "PRIVATE-KEY", "JWT_KEY", "DATABASE_DSN"],
      ...["GITHUB_TOKEN", "AUTH_TOKENS", "ACCESS-TOKENS", "BEARER", "CLIENT_SECRET", "AWS_CREDENTIALS"],
    ];
    assert.deepEqual(found(names, "hunter2"), names);
  });

  it("are not those of what counts, reads, or says where one is asked for", () => {
    const names = [
      ...["MAX_TOKENS", "TOKENIZER", "TOKENIZERS_PARALLELISM", "TOKEN_LIMIT", "TOKEN_TTL", "PASSWORD_MIN_LENGTH"],
      ...["TOKEN_URL", "SECRETS_DIR", "PWD", "OLDPWD", "BYPASS", "COMPASS", "KEYBOARD", "AUTHOR"],
    ];
    assert.deepEqual(found(names, "text"), []);
    assert.deepEqual(
      found(["TOKEN_URL"], "https://user:hunter2@example.org"),
      ["TOKEN_URL"],
      "but a password in it is",
    );
  });

  it("are no secret with a switch, or with the path of a file", () => {
    assert.deepEqual(found(["USE_TOKEN"], "true"), []);
    assert.deepEqual(found(["PASSWORD_FILE"], "/run/secrets/password"), []);
    assert.deepEqual(found(["PASSWORD_FILE"], "hunter2"), ["PASSWORD_FILE"]);
  });

  it("are known among arguments, with the value behind or beside", () => {
    assert.deepEqual(secretArguments(["serve", "--token=x", "--signing-key", "y", "--max-tokens", "5"]), [1, 3]);
    assert.deepEqual(secretArguments(["serve", "--token-file", "/run/secrets/t", "--password", "/run/secrets/p"]), []);
  });
});
