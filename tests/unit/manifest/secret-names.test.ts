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

  it("are told by a password within a connection string, whatever the name", () => {
    for (const value of [
      "Server=db;User Id=sa;Password=hunter22;",
      "host=db user=reader password=hunter22 dbname=a",
      "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=bm90IGEga2V5==",
      "Endpoint=sb://a.example.com/;SharedAccessKeyName=a;SharedAccessKey=bm90IGEga2V5",
    ])
      assert.equal(looksLikeSecret("CONNECTION", value), true, value);
    for (const value of [
      "Server=db;Trusted_Connection=True;",
      "host=db user=reader passfile=/run/secrets/pg",
      "Server=db;Password=$DB_PASSWORD",
      "host=db password=<password>",
      "field password=required",
    ])
      assert.equal(looksLikeSecret("CONNECTION", value), false, value);
    assert.deepEqual(found(["COOKIE_SECRET_ENV_VAR", "TOKEN_VARIABLE"], "MY_SECRET"), []);
  });

  it("say with the value together whether it is one", () => {
    const harmless: Record<string, string> = {
      ...{ TOKEN: "4096", API_KEY: "/etc/keys/a.pem", AUTH_TOKEN: "https://auth.example.com/token", DB_PASSWORD: "" },
      ...{ ACCESS_TOKEN: "tokens.example.com:8443", SECRET: "none", PASSWORD: "/run/secrets/password", TOKEN_2: "30s" },
      ...{ AWS_CREDENTIALS: "prod", PAD_TOKEN: "<pad>", STOP_TOKEN: "###", SSH_KEY: "ssh-ed25519 AAAAC3Nz me@host" },
      ...{
        MIN_PASSWORD: "8",
        CLIENT_SECRET: "$CLIENT_SECRET",
        STRIPE_PUBLIC_API_KEY: "pk1234567890abcd",
        API_KEY_1: "2026-01",
      },
      ...{
        SECRET_ID: "prod/db",
        GOOGLE_APPLICATION_CREDENTIALS: "./key.json",
        API_TOKEN: "arn:aws:secretsmanager:eu:1:secret:x",
      },
    };
    assert.deepEqual(
      Object.entries(harmless).filter(([name, value]) => looksLikeSecret(name, value)),
      [],
    );
    const secret: Record<string, string> = {
      ...{ PASSWORD: "12345", DB_PASS: "db.example", TOKEN: "abc", API_KEY: "12345678901234", SECRET: "letmein" },
      ...{
        ACCESS_TOKEN: "https://hooks.example.com/T0/a1b2c3d4e5f6g7h8",
        AWS_SECRET_ACCESS_KEY: "/bPxRfiCYzEXAMPLEKEY12abcdefgh0123456789",
      },
      ...{
        API_KEY_PROD: "abc",
        tokenValue: "abc",
        SECRETKEY: "abc",
        API_KEY_2: "abc",
        VAULT_SECRET_ID: "6a174c20-f6de-a53c",
      },
      ...{ GITHUB_PAT: `ghp_${"a".repeat(36)}`, AWS_CREDENTIALS: "user:hunter2", DATABASE_DSN: "user=u password=p" },
    };
    assert.deepEqual(
      Object.keys(secret).filter((name) => !looksLikeSecret(name, secret[name] ?? "")),
      [],
    );
  });

  it("are about one when another word follows, unless the value looks like one", () => {
    const about = [
      ...[
        "TOKEN_BUDGET",
        "PASSWORD_POLICY",
        "SECRET_STORE",
        "JWT_KEY_ID",
        "apiKeyHeader",
        "CREDENTIALS_MODE",
        "SECRETARY",
      ],
      ...["PASSWORDLESS", "TOKENOMICS", "password-hasher", "SECRET_VERSION", "API_KEY_PREFIX", "TOKEN_ISSUER"],
    ];
    assert.deepEqual(found(about, "a1b2c3"), []);
    const perhaps = ["TOKEN_GITHUB", "SECRET_STRIPE", "APIKEY_OPENAI"];
    assert.deepEqual(found(perhaps, "plain words"), []);
    assert.deepEqual(found(perhaps, "a1b2c3"), perhaps);
    assert.deepEqual(found(["PASSWORD_ROOT"], "letmein"), ["PASSWORD_ROOT"]);
  });

  it("are none among arguments when somebody says so, or when the value tells it", () => {
    const command = ["serve", "--token=x", "--password", "y", "postgres://u:p@h", "--token-budget", "4096"];
    assert.deepEqual(secretArguments(command), [1, 3, 4]);
    assert.deepEqual(secretArguments(command, ["--token", "--password", "postgres://u:p@h"]), []);
    assert.deepEqual(secretArguments(["--url", "postgres://u:p@h"], ["--url"]), []);
  });

  it("are known among arguments, with the value behind or beside", () => {
    assert.deepEqual(secretArguments(["serve", "--token=x", "--signing-key", "y", "--max-tokens", "5"]), [1, 3]);
    assert.deepEqual(secretArguments(["serve", "--token-file", "/run/secrets/t", "--password", "/run/secrets/p"]), []);
  });
});
