import { createServer, type Server } from "node:net";

const SLOTS = 256;
const FIRST_PORT = 21_000;

/** A number from 0 to 255 that no other stack of a test on this machine has, whatever process made it. */
export interface Slot {
  number: number;
  free(): void;
}

/** Takes a free one. A listening port holds it, so that the kernel frees it when the process ends in any way. */
export async function takeSlot(): Promise<Slot> {
  for (let tried = 0; tried < SLOTS; tried++) {
    const number = (process.pid + tried) % SLOTS;
    const server = createServer().unref();
    if (await listens(server, FIRST_PORT + number)) return { number, free: () => void server.close() };
  }
  throw new Error(`all ${SLOTS} slots for stacks of tests are taken`);
}

function listens(server: Server, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true));
  });
}
