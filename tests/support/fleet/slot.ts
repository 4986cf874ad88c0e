import { once } from "node:events";
import { createServer, type Server } from "node:net";

const SLOTS = 256;
const PORTS = 5;
/** Below the ports that the kernel gives to connections: none of them takes a stopped engine's port. */
const FIRST_HOLDER = 21_000;
const FIRST_PORT = 22_000;

/** A number from 0 to 255 that no other stack of a test on this machine has, whatever process made it. */
export interface Slot {
  number: number;
  /** Ports that belong to it; all are free. */
  ports: [number, number, number, number, number];
  free(): void;
}

/** Takes a free one. A listening port holds it, so that the kernel frees it when the process ends in any way. */
export async function takeSlot(): Promise<Slot> {
  for (let tried = 0; tried < SLOTS; tried++) {
    const number = (process.pid + tried) % SLOTS;
    const holder = await listen(FIRST_HOLDER + number);
    if (!holder) continue;
    const first = FIRST_PORT + PORTS * number;
    const ports: Slot["ports"] = [first, first + 1, first + 2, first + 3, first + 4];
    if ((await Promise.all(ports.map(isFree))).every(Boolean))
      return { number, ports, free: () => void holder.close() };
    holder.close();
  }
  throw new Error(`all ${SLOTS} slots for stacks of tests are taken`);
}

async function isFree(port: number): Promise<boolean> {
  const server = await listen(port);
  if (!server) return false;
  await once(server.close(), "close");
  return true;
}

/** @returns undefined when somebody else has the port */
function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer().unref();
    server.once("error", () => resolve(undefined)).listen(port, "127.0.0.1", () => resolve(server));
  });
}
