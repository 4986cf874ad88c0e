import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { setImmediate as turn } from "node:timers/promises";

/** Turns of the event loop after which a side goes: before, in and after every step of an answer. */
export const MOMENTS = Array.from({ length: 24 }, (_, index) => index);

/** Waits so many turns of the event loop. @param each is called in each of them */
export async function turns(count: number, each: () => void = () => {}): Promise<void> {
  for (let left = count; left > 0; left--) {
    each();
    await turn();
  }
}

/** Sends the text of a request on a connection of its own, which reads what comes. */
export async function start(port: number, head: string): Promise<Socket> {
  const client = connect(port, "127.0.0.1");
  client.on("error", () => {}).on("data", () => {});
  await once(client, "connect");
  client.write(head);
  return client;
}

/** Sends a request again and again, and resets its connection a turn later each time. @param each as in `turns` */
export async function breakOff(port: number, head: string, each?: () => void): Promise<void> {
  for (const moment of MOMENTS) {
    const client = await start(port, head);
    await turns(moment, each);
    client.resetAndDestroy();
  }
}
