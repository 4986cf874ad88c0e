import { X509Certificate } from "node:crypto";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TLSSocket, connect as tlsConnect } from "node:tls";
import { must } from "./command";
import type { Fleet } from "./fleet";
import { mustPulumi, type TestStack } from "./stack";

/** A connection to the engine's API, as a fleet's outputs say; one that the engine refuses is an error. */
export function connected({ stack, outputs }: Fleet): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const { ca, clientCert: cert, clientKey: key } = outputs.tls;
    const options = { host: "127.0.0.1", port: stack.port, ca, cert, key };
    // With TLS 1.3 a server says after the handshake that it refuses the client.
    const socket = tlsConnect(options, () => socket.write("GET /_ping HTTP/1.1\r\nHost: engine\r\n\r\n"));
    socket.once("data", () => resolve(socket)).on("error", reject);
    socket.once("end", () => reject(new Error("the engine closed the connection")));
  });
}

/** Serial number of the certificate that the engine serves to this fleet. */
export async function servedSerial(fleet: Fleet): Promise<string> {
  const socket = await connected(fleet);
  const { raw } = socket.getPeerCertificate();
  socket.destroy();
  return new X509Certificate(raw).serialNumber;
}

interface State {
  deployment: { resources: { urn: string; outputs?: Record<string, unknown> }[] };
}

/**
 * Makes the engine's certificates expired ones: the state says so, and the engine gets one that is. (The client's
 * certificate that the engine takes stays good; nobody has it any more after an `up`.)
 */
export async function expire(stack: TestStack): Promise<void> {
  const state = JSON.parse(await mustPulumi(stack, "stack", "export", "--show-secrets")) as State;
  const output = (name: string, key: string): string => {
    const value = state.deployment.resources.find(({ urn }) => urn.endsWith(`::${name}`))?.outputs?.[key];
    return typeof value === "object" && value ? JSON.parse((value as { plaintext: string }).plaintext) : String(value);
  };
  const file = (name: string) => join(stack.folder, `expired-${name}`);
  await writeFile(file("ca.pem"), output("tls-ca-cert", "certPem"));
  await writeFile(file("ca.key"), output("tls-ca-key", "privateKeyPem"), { mode: 0o600 });
  await writeFile(file("csr"), output("tls-server-request", "certRequestPem"));
  const by = ["-CA", file("ca.pem"), "-CAkey", file("ca.key"), "-CAcreateserial", "-days", "-1"];
  await writeFile(file("ext"), "extendedKeyUsage=serverAuth\nsubjectAltName=IP:127.0.0.1\n");
  await must("openssl", ["x509", "-req", "-in", file("csr"), ...by, "-extfile", file("ext"), "-out", file("cert.pem")]);
  await rm(file("ca.key"));
  await must("docker", ["cp", file("cert.pem"), `${stack.engineName}-certs:/files/server-cert.pem`]);
  for (const { urn, outputs } of state.deployment.resources)
    if (outputs && /::tls-(server|client)-cert$/.test(urn)) outputs.validityEndTime = "2020-01-01T00:00:00Z";
  const edited = file("state.json");
  await writeFile(edited, JSON.stringify(state), { mode: 0o600 });
  await mustPulumi(stack, "stack", "import", "--file", edited);
  await rm(edited);
}
