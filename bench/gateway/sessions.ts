import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { Connection, type Target } from "./mcp-http";
import { rssMegabytes } from "./process";

/** Milliseconds from the request until the session can be used, of one session after the other. */
export async function openTimes(target: Target, count: number, restMs: number): Promise<number[]> {
  const connection = new Connection(target, 1);
  const times: number[] = [];
  for (let n = 0; n < count; n++) {
    const began = performance.now();
    const session = await connection.open();
    times.push(performance.now() - began);
    await connection.end(session);
    await pause(restMs); // a warm pool fills up again
  }
  connection.close();
  return times;
}

/** Milliseconds from the start of the server's process until it has answered `initialize`, without any gateway. */
export async function startTimes(program: string, count: number): Promise<number[]> {
  const times: number[] = [];
  const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo: { name: "bench", version: "1" } };
  for (let n = 0; n < count; n++) {
    const began = performance.now();
    const child = spawn(program, { stdio: ["pipe", "pipe", "ignore"] });
    child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", id: 1, method: "initialize", params })}\n`);
    await new Promise((resolve) => createInterface({ input: child.stdout }).once("line", resolve));
    times.push(performance.now() - began);
    child.stdin.end();
    await new Promise((resolve) => child.once("close", resolve));
  }
  return times;
}

/** Milliseconds of a tools/list in a session that has asked before, and how many tools it gave. */
export async function listTimes(target: Target, count: number): Promise<{ times: number[]; tools: number }> {
  const connection = new Connection(target, 1);
  const session = await connection.open();
  const times: number[] = [];
  let tools = 0;
  for (let n = 0; n <= count; n++) {
    const began = performance.now();
    tools = await countTools(connection, session);
    if (n > 0) times.push(performance.now() - began);
  }
  await connection.end(session);
  connection.close();
  return { times, tools };
}

async function countTools(connection: Connection, session: string): Promise<number> {
  let count = 0;
  let cursor: string | undefined;
  do {
    const page = (await connection.request(session, "tools/list", cursor ? { cursor } : {})) as {
      tools: unknown[];
      nextCursor?: string;
    };
    count += page.tools.length;
    cursor = page.nextCursor;
  } while (cursor);
  return count;
}

/** Megabytes of the gateway without sessions, with many idle ones, and after they have ended. */
export async function idleMemory(target: Target, pid: number, count: number): Promise<[number, number, number]> {
  const connection = new Connection(target, 8);
  const before = rssMegabytes(pid);
  const sessions: string[] = [];
  for (let n = 0; n < count; n++) sessions.push(await connection.open());
  await pause(2_000);
  const during = rssMegabytes(pid);
  await Promise.all(sessions.map((session) => connection.end(session)));
  await pause(2_000);
  connection.close();
  return [before, during, rssMegabytes(pid)];
}
