import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { Api, type TokenName } from "../../../../support/orchestrator/rest/api";

/** Reads a stream until it has what was waited for. */
async function readUntil(api: Api, path: string, wanted: RegExp, options: { as?: TokenName; last?: number } = {}) {
  const ended = new AbortController();
  const headers = {
    authorization: `Bearer ${api.token(options.as ?? "read")}`,
    ...(options.last === undefined ? {} : { "last-event-id": `${options.last}` }),
  };
  const answer = await fetch(`${api.url}${path}`, { headers, signal: ended.signal });
  assert.equal(answer.headers.get("content-type"), "text/event-stream");
  assert.equal(answer.headers.get("x-accel-buffering"), "no");
  let text = "";
  for await (const chunk of answer.body as ReadableStream<Uint8Array>) {
    text += Buffer.from(chunk).toString();
    if (wanted.test(text)) break;
  }
  ended.abort();
  return text;
}

describe("orchestrator: event streams", () => {
  let api: Api;

  beforeEach(async () => {
    api = await Api.start();
  });
  afterEach(() => api.stop());

  it("give events as they happen, with id, type and data", async () => {
    const reading = readUntil(api, "/v1/events", /\n\n/);
    await sleep(200);
    api.events.emit("server.oom", "echo", { count: 2 });
    const [id, type, data] = (await reading).split("\n");
    assert.deepEqual([id, type], ["id: 1", "event: server.oom"]);
    const { time: _, ...event } = JSON.parse((data ?? "").replace("data: ", ""));
    assert.deepEqual(event, { id: 1, type: "server.oom", server: "echo", data: { count: 2 } });
  });

  it("give what was missed after Last-Event-ID, and refuse one that is none", async () => {
    for (const type of ["a", "b", "c"]) api.events.emit(type, undefined);
    const text = await readUntil(api, "/v1/events", /event: c/, { last: 1 });
    assert.deepEqual(text.match(/event: \w/g), ["event: b", "event: c"]);
    const wrong = await api.call("GET", "/v1/events", { as: "read", headers: { "last-event-id": "abc" } });
    assert.equal(wrong.status, 400);
  });

  it("keep events of other servers from a token for some", async () => {
    api.events.emit("server.started", "echo");
    api.events.emit("server.started", "files");
    const text = await readUntil(api, "/v1/events", /files/, { as: "files", last: 0 });
    assert.doesNotMatch(text, /echo/);
  });

  it("follow a log, and stop reading it when the client goes", async () => {
    const text = await readUntil(api, "/v1/servers/echo/logs?follow=true&tail=1", /two/);
    assert.match(text, /^data: \{"time":"2026-11-24T10:00:01.000000001Z","stream":"stderr","line":"two"\}\n\n/);
    assert.doesNotMatch(text, /one/);
    for (let n = 0; n < 50 && api.fleet.following > 0; n++) await sleep(20);
    assert.equal(api.fleet.following, 0, "the log is still being followed");
  });
});
