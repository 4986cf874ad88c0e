import assert from "node:assert/strict";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Credentials, untilAccepted } from "../../../components/engine/accepts";
import { makeCertificates } from "../../support/hosts/certificates";

const LONG = 30_000;
const quiet = (): void => {};

describe("waiting for the engine to take its certificates", function () {
  this.timeout(60_000);
  let folder: string;
  let fleets: { credentials: Credentials; serverKey: string }[];
  let server: Server | undefined;

  /** Two sets, each of an authority of its own. */
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "dind-mcp-accepts-"));
    fleets = await Promise.all(
      ["old", "new"].map(async (name) => {
        await makeCertificates(join(folder, name));
        const read = (file: string) => readFile(join(folder, name, file), "utf8");
        return {
          credentials: {
            ca: await read("ca.pem"),
            cert: await read("client/cert.pem"),
            key: await read("client/key.pem"),
            serverCert: await read("server/server-cert.pem"),
          },
          serverKey: await read("server/server-key.pem"),
        };
      }),
    );
  });
  after(() => rm(folder, { recursive: true, force: true }));
  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  /** What the server needs to be the engine of the set with this number; `clients` of another. */
  const served = (number: number, clients = number) => ({
    cert: fleets[number]?.credentials.serverCert,
    key: fleets[number]?.serverKey,
    ca: fleets[clients]?.credentials.ca,
  });
  async function listen(options: object): Promise<string> {
    const mutual = { requestCert: true, rejectUnauthorized: true };
    const made = createServer({ ...options, ...mutual }, (request, answer) =>
      answer.writeHead(request.url === "/_ping" ? 200 : 404).end("OK"),
    );
    server = made;
    await new Promise<void>((resolve) => made.listen(0, "127.0.0.1", resolve));
    return `tcp://127.0.0.1:${(made.address() as AddressInfo).port}`;
  }
  const credentials = (changes: Partial<Credentials> = {}): Credentials => ({
    ...(fleets[1]?.credentials as Credentials),
    ...changes,
  });

  it("ends at once where they are served and taken already", async () => {
    await untilAccepted(await listen(served(1)), credentials(), 0, quiet);
  });

  it("goes on while another authority's are served, and ends with the new ones", async () => {
    const endpoint = await listen(served(0));
    let accepted = false;
    const waiting = untilAccepted(endpoint, credentials(), LONG, quiet).then(() => {
      accepted = true;
    });
    await assert.rejects(
      untilAccepted(endpoint, credentials(), 0, quiet),
      /has not taken its certificates .*certificate/,
    );
    assert.equal(accepted, false);
    server?.setSecureContext(served(1));
    await waiting;
  });

  it("does not take the old certificate of the same authority for the new one", async () => {
    const serverCert = fleets[0]?.credentials.serverCert ?? "";
    const waiting = untilAccepted(await listen(served(1)), credentials({ serverCert }), 0, quiet);
    await assert.rejects(
      waiting,
      /has not taken its certificates after 0 s: it serves another certificate; .*engine logs/,
    );
  });

  it("goes on while the client is refused, or nobody listens", async () => {
    const endpoint = await listen(served(1, 0));
    await assert.rejects(
      untilAccepted(endpoint, credentials(), 0, quiet),
      /after 0 s: .*(alert|hang up|ECONNRESET|EPIPE)/i,
    );
    await new Promise((resolve) => server?.close(resolve));
    await assert.rejects(untilAccepted(endpoint, credentials(), 0, quiet), /ECONNREFUSED/);
  });
});
