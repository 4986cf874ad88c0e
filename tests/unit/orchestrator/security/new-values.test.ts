import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { Socket } from "node:net";
import { mock } from "node:test";
import { AccessGuard } from "../../../../orchestrator/security/guard";
import { isRejection } from "../../../../orchestrator/security/principal";
import { config, request } from "../../../support/orchestrator/security/requests";

const token = (name: string, value: string) => ({
  name,
  scopes: ["mcp" as const],
  sha256: createHash("sha256").update(value).digest("hex"),
});

describe("the guard, when the tokens get new values", () => {
  let guard: AccessGuard;
  beforeEach(() => {
    mock.timers.enable({ apis: ["setTimeout"] });
    guard = new AccessGuard({ config: config(), tokens: [token("client", "old"), token("other", "same")] });
  });
  afterEach(() => mock.timers.reset());

  /** Sends a token, on a connection that may have sent one before. @returns the principal's name, or the status */
  function sent(value: string, socket = new Socket()): string | number {
    const message = request(["Host: localhost", `Authorization: Bearer ${value}`]);
    Object.defineProperty(message, "socket", { value: socket });
    const answer = guard.authenticate(message, "mcp");
    assert.ok(!(answer instanceof Promise));
    return isRejection(answer) ? answer.status : answer.name;
  }
  const renew = () => guard.replaceTokens([token("client", "new"), token("other", "same")]);

  it("refuses the old value at once, also on a connection that came with it, and takes the new one", () => {
    const open = new Socket();
    assert.equal(sent("old", open), "client");
    renew();
    assert.deepEqual([sent("old", open), sent("old"), sent("new"), sent("same")], [401, 401, "client", "other"]);
  });

  it("closes a connection of the old value after a minute, so that no stream goes on; others stay", () => {
    const sockets = { old: new Socket(), changed: new Socket(), same: new Socket() };
    sent("old", sockets.old);
    sent("old", sockets.changed);
    sent("same", sockets.same);
    renew();
    assert.equal(sent("new", sockets.changed), "client");
    mock.timers.tick(59_000);
    assert.equal(sockets.old.destroyed, false, "calls that are under way end first");
    mock.timers.tick(1_000);
    const closed = Object.entries(sockets).filter(([, socket]) => socket.destroyed);
    assert.deepEqual(
      closed.map(([name]) => name),
      ["old"],
    );
  });

  it("remembers no connection that is closed", async () => {
    const gone = new Socket();
    assert.equal(sent("old", gone), "client");
    gone.destroy();
    await new Promise((resolve) => gone.once("close", resolve));
    renew();
    assert.equal(sent("old", gone), 401);
  });
});
