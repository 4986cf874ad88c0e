/**
 * The web of the test, as one program in a container: every service under its own name, with a certificate, on PORTS, and a
 * plain page on port 80. Node runs this file as it is, so it imports nothing of the project but types.
 *
 * site.ts FOLDER: `services.json`, `cert.pem` and `key.pem` are in there.
 */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createEncrypted } from "node:https";
import { join } from "node:path";
import type { Answer, Service } from "./service";

/** Of HTTPS: the usual one, Elasticsearch's, and that of Kubernetes. */
const PORTS = [443, 9200, 6443];

const folder = process.argv[2] ?? "/site";
const services = JSON.parse(readFileSync(join(folder, "services.json"), "utf8")) as Service[];
const [cert, key] = ["cert.pem", "key.pem"].map((name) => readFileSync(join(folder, name)));

/** Why a request gets no answer; undefined when it has the right key in the right place. */
function refusal({ keys = {} }: Service, request: IncomingMessage): string | undefined {
  for (const [name, expected] of Object.entries(keys)) {
    const got = name.startsWith("?")
      ? new URL(request.url ?? "/", "https://x").searchParams.get(name.slice(1))
      : request.headers[name];
    if (got !== expected) return name;
  }
  return undefined;
}

function reply(
  response: ServerResponse,
  status: number,
  { type = "application/json", headers = {}, body }: Answer,
): void {
  response.writeHead(status, { "content-type": type, ...headers });
  response.end(typeof body === "string" ? body : JSON.stringify(body));
}

/** Answers a request, and prints a line about it: `STATUS METHOD https://HOST/PATH`. */
function serve(scheme: string, request: IncomingMessage, response: ServerResponse): void {
  const host = (request.headers.host ?? "").split(":")[0];
  const { method = "GET", url = "/" } = request;
  const service = services.find((one) => one.host === host);
  const answer = service?.answers.find(({ method: only, path }) => {
    const right = new RegExp(`^(?:${path})$`);
    return (only === undefined || only === method) && (right.test(url) || right.test(url.split("?")[0] ?? ""));
  });
  const missing = service && refusal(service, request);
  request.resume();
  request.on("end", () => {
    const status = missing !== undefined ? 401 : answer === undefined ? 404 : (answer.status ?? 200);
    console.log(`${status} ${method} ${scheme}://${host}${url.split("?")[0]}${missing ? ` without ${missing}` : ""}`);
    if (missing !== undefined) reply(response, status, { path: url, body: { message: "the key is not right" } });
    else reply(response, status, answer ?? { path: url, body: { message: "nothing here" } });
  });
}

createServer((request, response) => serve("http", request, response)).listen(80);
for (const port of PORTS) {
  createEncrypted({ cert, key }, (request, response) => serve("https", request, response)).listen(port);
}
