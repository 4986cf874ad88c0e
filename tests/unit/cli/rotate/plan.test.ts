import assert from "node:assert/strict";
import { ExitCode } from "../../../../cli/errors";
import { type Present, rotationPlan } from "../../../../cli/rotate/plan";

const urn = (name: string) => `urn:pulumi:dev::dind-mcp::some:type::${name}`;
const present = (authorities: number[], ...names: string[]): Present => ({
  authorities,
  resources: names.map((name) => ({ urn: urn(name) })),
});
const TLS = ["tls-ca-key", "tls-client-ca-key", "tls-server-key", "tls-client-key", "tls-server-cert"];

describe("the plan of a rotation", () => {
  it("of the certificates is both keys, and the authority that signs clients': without that the old one would be taken", () => {
    const names = ["tls-server-key", "tls-client-ca-key", "tls-client-key"];
    assert.deepEqual(rotationPlan("certificates", present([1], ...TLS)).replace, names.map(urn));
    const third = rotationPlan("certificates", present([3], ...TLS, "tls-client-ca-3-key"));
    assert.ok(third.replace.includes(urn("tls-client-ca-3-key")));
    assert.ok(!third.replace.includes(urn("tls-client-ca-key")));
  });

  it("of the certificates waits for a first up with the authority of clients, and for the end of a change of the authority", () => {
    assert.throws(() => rotationPlan("certificates", present([1], "tls-server-key")), {
      code: ExitCode.NotFound,
      fix: "bin/dind-mcp up",
    });
    assert.throws(() => rotationPlan("certificates", present([1, 2], ...TLS)), /two are trusted/);
  });

  it("of the authority is a second one beside it, then the second alone", () => {
    const plan = (authorities: number[], finish?: boolean) => {
      const { replace, authorities: then } = rotationPlan("ca", present(authorities, ...TLS), { finish });
      assert.deepEqual(replace, []);
      return then;
    };
    assert.deepEqual(
      [plan([1]), plan([4])],
      [
        [1, 2],
        [4, 5],
      ],
    );
    assert.deepEqual([plan([1, 2], true), plan([4, 9], true)], [[2], [9]]);
    assert.throws(() => plan([1, 2]), { message: /under way/, fix: /rotate ca --finish/ });
    assert.throws(() => plan([2], true), { code: ExitCode.Usage, message: /no change of the authority is under way/ });
  });

  it("of the tokens is all, or those that are named, and never another", () => {
    const stack = present([1], "orchestrator-token-mcp", "orchestrator-token-read", "orchestrator", ...TLS);
    const plan = (...names: string[]) => rotationPlan("tokens", stack, { names });
    assert.deepEqual(plan().replace, [urn("orchestrator-token-mcp"), urn("orchestrator-token-read")]);
    assert.deepEqual([plan("read").tokens, plan("read").replace], [["read"], [urn("orchestrator-token-read")]]);
    assert.throws(() => plan("read", "nobody"), {
      code: ExitCode.NotFound,
      message: "rotate tokens: got nobody, expected mcp, read",
    });
    assert.throws(() => rotationPlan("tokens", present([1])), { code: ExitCode.NotFound });
  });

  it("of the database is its reader's password, where there is a database of the stack's", () => {
    const { replace } = rotationPlan("database", present([1], "database", "database-reader-password"));
    assert.deepEqual(replace, [urn("database-reader-password")]);
    assert.throws(() => rotationPlan("database", present([1], "database-relay")), {
      code: ExitCode.NotFound,
      fix: /databaseDsn/,
    });
  });
});
