import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import type { Exchange } from "../../../../../orchestrator/gateway/calls/exchange";
import type { GatewayContext } from "../../../../../orchestrator/gateway/context";
import type { Session } from "../../../../../orchestrator/gateway/downstream/session";
import { Sessions } from "../../../../../orchestrator/gateway/downstream/sessions";
import type { Servers } from "../../../../../orchestrator/servers/server-info";

const MINUTE = 60_000;

describe("gateway: a request before initialize has its answer", () => {
  it("is answered when it is a ping, and waits when it is anything else", async () => {
    const context = { observer: { sessionOpened: () => {} }, events: { emit: () => {} } };
    const sessions = new Sessions(context as unknown as GatewayContext, {} as Servers);
    const asked: string[] = [];
    const answered: string[] = [];
    const exchange = (method: string): Exchange =>
      ({ request: { method }, result: () => answered.push(method) }) as unknown as Exchange;
    let started = (_warm: boolean): void => {};
    const session = {
      start: () => new Promise<boolean>((resolve) => (started = resolve)),
      request: ({ request }: Exchange) => asked.push(request.method),
    } as unknown as Session;
    sessions.start(session, exchange("initialize"));
    for (const method of ["tools/list", "ping"]) sessions.request(session, exchange(method));
    await setImmediate();
    assert.deepEqual([asked, answered], [[], ["ping"]]);
    started(true);
    await setImmediate();
    sessions.request(session, exchange("ping"));
    assert.deepEqual([asked, answered], [["tools/list", "ping"], ["ping"]]);
    sessions.close();
  });
});

describe("gateway: which session is evicted first", () => {
  const observer = { sessionOpened: () => {}, sessionEnded: () => {} };
  const context = { config: { limits: { sessions: 3, sessionsPerToken: 0 } }, observer, events: { emit: () => {} } };
  let sessions: Sessions;
  let ended: string[];

  beforeEach(() => {
    sessions = new Sessions(context as unknown as GatewayContext, {} as Servers);
    ended = [];
  });
  afterEach(() => sessions.close());

  /** One that was used so many minutes ago. */
  function add(key: string, minutes: number, { listening = false, pending = 0, begins = false } = {}): void {
    const usedAt = Date.now() - minutes * MINUTE;
    const end = (reason: string): void => {
      sessions.removed(session, "evicted");
      if (reason === "evicted") ended.push(key);
    };
    const session = {
      ...{
        key,
        usedAt,
        end,
        server: "a",
        principal: { name: "one" },
        client: { listening, pending: { size: pending } },
        info: () => ({ id: key }),
      },
      ...{ idleSince: () => (pending === 0 ? usedAt : undefined), evict: () => void ended.push(`a of ${key}`) },
    } as unknown as Session;
    sessions.add(session);
    if (!begins) sessions.opened(session, false, 0);
  }

  it("is the one that was silent for the longest time", () => {
    add("short", 1);
    add("long", 5);
    add("middle", 3);
    add("new", 0);
    assert.deepEqual(ended, ["long"]);
  });

  it("is one whose client listens only when there is no other, and after a minute of silence", () => {
    add("listens", 9, { listening: true });
    add("silent", 2);
    add("just now", 0.5, { listening: true });
    add("4", 0, { pending: 1 });
    assert.deepEqual(ended, ["silent"]);
    add("5", 0, { pending: 1 });
    assert.deepEqual(ended, ["silent", "listens"]);
    assert.throws(() => add("6", 0), /all 3 sessions of the gateway are in use/);
  });

  it("is none that waits for an answer, or has not begun", () => {
    add("waits", 9, { pending: 1 });
    add("begins", 8, { begins: true });
    add("idle", 1);
    assert.equal(sessions.evict(), true);
    assert.deepEqual(ended, ["idle"]);
    assert.equal(sessions.evict(), false);
  });

  it("gives up its process of one server only, when that one needs the room", () => {
    add("short", 1);
    add("long", 5);
    assert.equal(sessions.evict("a"), true);
    assert.deepEqual(ended, ["a of long"]);
    assert.equal(sessions.list().length, 2);
  });
});
