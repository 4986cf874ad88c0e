import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";

/** A port of an address that nobody listens on now: for a program that cannot choose one itself. */
export async function freePort(address = "127.0.0.1"): Promise<number> {
  const probe = createServer().listen(0, address);
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
