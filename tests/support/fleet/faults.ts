import assert from "node:assert/strict";
import { request } from "node:http";
import { Connection } from "../../../bench/gateway/mcp-http";
import { Api } from "../clients/api";
import { type Era, GatewayClient, type Target } from "../clients/gateway-client";
import { eventually } from "../eventually";
import { inEngine } from "./faults-fleet";
import { docker, type Fleet } from "./fleet";

/** Where a server of a fleet is reached through the gateway; without a name, all of them. */
export function target({ outputs }: Fleet, server?: string): Target {
  const token = outputs.tokens.mcp;
  assert.ok(token);
  return { url: `${outputs.endpoints.api}${server ? `/servers/${server}` : ""}/mcp`, token };
}

/** Sparing clients of a server, on as many connections. */
export function connection(fleet: Fleet, server: string, sockets = 16): Connection {
  return new Connection(target(fleet, server), sockets);
}

/** Does something with a real client, and ends its session. */
export async function withClient<T>(era: Era, to: Target, work: (client: GatewayClient) => Promise<T>): Promise<T> {
  const client = await GatewayClient.connect(era, to);
  try {
    return await work(client);
  } finally {
    await client.close();
  }
}

/** A new client of each era gets an answer. */
export async function answers(fleet: Fleet, server: string, tool = "echo"): Promise<void> {
  for (const era of ["legacy", "modern"] as const) {
    await withClient(era, target(fleet, server), (client) => client.text(tool));
  }
}

/** Waits until the orchestrator says that it can serve; gives the milliseconds that took. */
export async function ready(fleet: Fleet, timeout = 60_000): Promise<number> {
  const began = Date.now();
  const api = Api.of(fleet);
  await eventually(async () => assert.equal((await api.get("/readyz")).status, 200), timeout);
  return Date.now() - began;
}

/** Ends the orchestrator's process as the kernel would. */
export async function killOrchestrator(fleet: Fleet): Promise<string> {
  const pid = await docker(fleet, "inspect", "mcp-orchestrator", "-f", "{{.State.Pid}}");
  await inEngine(fleet, `kill -9 ${pid}`);
  return pid;
}

/** What a call fails with, and after how long; one that does not fail within the time, or succeeds, is an error. */
export async function failure(call: Promise<unknown>, within: number): Promise<string> {
  const late = new Promise<never>((_, reject) => {
    setTimeout(() => reject(new Error(`nothing was said within ${within} ms`)), within).unref();
  });
  const said = call.then(
    (result) => assert.fail(`it succeeded: ${JSON.stringify(result)}`),
    (error: Error) => (error instanceof assert.AssertionError ? Promise.reject(error) : error.message),
  );
  return Promise.race([said, late]);
}

/** Calls a tool again and again in one session while something happens; tells how many answers came, and every failure. */
export async function callingDuring(
  fleet: Fleet,
  server: string,
  happens: () => Promise<void>,
): Promise<{ calls: number; failures: string[] }> {
  const clients = connection(fleet, server, 1);
  const session = await clients.open();
  let going = true;
  let calls = 0;
  const failures: string[] = [];
  const done = (async () => {
    while (going && failures.length < 10) {
      await clients
        .request(session, "tools/call", { name: "echo", arguments: {} })
        .then(() => calls++)
        .catch((error: Error) => failures.push(error.message));
    }
  })();
  try {
    await happens();
  } finally {
    going = false;
    await done;
    await clients.end(session).catch(() => {}); // what happened may have ended it
    clients.close();
  }
  return { calls, failures };
}

/**
 * Calls a tool ten times a second while something happens, each call on a connection of its own, and waits for no answer
 * before the next one; tells how many answers came, and every failure.
 */
export async function callingAnew(
  { outputs }: Fleet,
  server: string,
  happens: () => Promise<void>,
): Promise<{ calls: number; failures: string[] }> {
  const call = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${outputs.tokens.mcp}`, "content-type": "application/json" };
      const options = { method: "POST", agent: false, timeout: 30_000, headers };
      const asking = request(`${outputs.endpoints.api}/v1/servers/${server}/tools/echo/call`, options, (answer) => {
        answer.resume().on("error", reject);
        answer.on("end", () =>
          answer.statusCode === 200 ? resolve() : reject(new Error(`HTTP ${answer.statusCode}`)),
        );
      });
      asking.on("error", reject).on("timeout", () => asking.destroy(new Error("no answer within 30 s")));
      asking.end(JSON.stringify({ arguments: {} }));
    });
  const made: Promise<string | undefined>[] = [];
  const rate = setInterval(
    () =>
      made.push(
        call().then(
          () => undefined,
          (error: Error) => error.message,
        ),
      ),
    100,
  );
  try {
    await happens();
  } finally {
    clearInterval(rate);
  }
  const failures = (await Promise.all(made)).filter((failure) => failure !== undefined);
  return { calls: made.length - failures.length, failures };
}

/** Kills the daemon with -9, and waits until another one answers. */
export async function killDaemon(fleet: Fleet): Promise<void> {
  const pid = await inEngine(fleet, "cat /run/dind-mcp/dockerd.pid");
  await inEngine(fleet, `kill -9 ${pid}`);
  await eventually(async () => {
    assert.notEqual(await inEngine(fleet, "cat /run/dind-mcp/dockerd.pid"), pid);
    await inEngine(fleet, "/usr/local/lib/dind-mcp/healthcheck");
  }, 60_000);
}

/** Kills the daemon with -9 and keeps it from being started again while something happens. */
export async function daemonAway(fleet: Fleet, happens: () => Promise<void>): Promise<void> {
  const script =
    "pid=$(cat /run/dind-mcp/dockerd.pid); keeper=$(cut -d' ' -f4 /proc/$pid/stat); kill -STOP $keeper; kill -9 $pid; echo $keeper";
  const keeper = await inEngine(fleet, script);
  try {
    await happens();
  } finally {
    await inEngine(fleet, `kill -CONT ${keeper}`);
  }
}
