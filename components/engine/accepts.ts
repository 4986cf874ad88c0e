import { X509Certificate } from "node:crypto";
import { Agent, request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import * as pulumi from "@pulumi/pulumi";

/** What a client of the engine's API needs, and the certificate that it is to meet there. All PEM. */
export interface Credentials {
  ca: string;
  cert: string;
  key: string;
  serverCert: string;
}

/** Longer than the two minutes that the engine waits for its API to be idle (images/engine/supervise.sh). */
const PATIENCE_MS = 180_000;
const TELL_MS = 10_000;
const EVERY_MS = 500;
const ANSWER_MS = 5_000;

/**
 * Waits until the engine serves the new certificate and takes the client's. dockerd reads certificates only when it
 * starts, so after a change the engine restarts it. Whatever is done in the engine before that would meet the old
 * certificates, or the restart.
 * @param endpoint tcp://HOST:PORT
 * @throws RunError when it does not within three minutes
 */
export async function untilAccepted(
  endpoint: string,
  credentials: Credentials,
  patience = PATIENCE_MS,
  tell: (text: string) => void = (text) => void pulumi.log.warn(text),
): Promise<void> {
  const began = Date.now();
  for (let told = false; ; await sleep(EVERY_MS)) {
    const problem = await refusal(endpoint, credentials);
    if (problem === undefined) return;
    const waited = Date.now() - began;
    if (waited >= patience) {
      throw new pulumi.RunError(
        `the engine at ${endpoint} has not taken its certificates after ${Math.round(waited / 1_000)} s: ${problem}; \`bin/dind-mcp engine logs\` says more`,
      );
    }
    if (!told && waited >= TELL_MS) {
      tell(
        `waiting until the engine has taken its certificates (${problem}). It waits while somebody is connected to its API, at most two minutes`,
      );
      told = true;
    }
  }
}

/** Asks the engine once. @returns why it does not accept; undefined when it does */
function refusal(endpoint: string, { ca, cert, key, serverCert }: Credentials): Promise<string | undefined> {
  const { hostname, port } = new URL(endpoint);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const wanted = new X509Certificate(serverCert).raw;
  const agent = new Agent({ keepAlive: false });
  return new Promise((resolve) => {
    const asked = request({ host, port, path: "/_ping", ca, cert, key, agent, timeout: ANSWER_MS }, (answer) => {
      const { raw } = (answer.socket as TLSSocket).getPeerCertificate();
      answer.resume().on("error", () => {});
      if (!wanted.equals(raw)) resolve("it serves another certificate");
      else resolve(answer.statusCode === 200 ? undefined : `it answers ${answer.statusCode}`);
    });
    asked.on("timeout", () => asked.destroy(new Error("it does not answer")));
    asked.on("error", (error) => resolve(error.message));
    asked.end();
  });
}
