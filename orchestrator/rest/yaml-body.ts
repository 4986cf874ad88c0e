import { existsSync } from "node:fs";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { FastifyInstance, FastifyRequest } from "fastify";
import { HttpError, InvalidInput } from "../http/problem";
import type { YamlBody } from "./yaml-document";

const YAML_TYPES = ["application/yaml", "text/yaml", "application/x-yaml"];
/** Most bytes of a body; every real manifest is smaller. */
const MOST_BYTES = 256 * 1024;
/** Milliseconds that reading one may take; a manifest takes a few. */
const READ_MS = 2_000;
/** Memory limit of the thread that reads a body, in MiB. */
const MEMORY = { maxOldGenerationSizeMb: 48, maxYoungGenerationSizeMb: 8 };

/** In the bundle the thread's program is a file beside the orchestrator's. Run from the sources, it needs ts-node. */
function startWorker(text: string): Worker {
  const bundled = join(__dirname, "yaml-worker.js");
  const options = { workerData: text, resourceLimits: MEMORY };
  if (existsSync(bundled)) return new Worker(bundled, options);
  const execArgv = ["--require", "ts-node/register/transpile-only"];
  return new Worker(join(__dirname, "yaml-worker.ts"), { ...options, execArgv });
}

/** Waits for a thread's answer. A text that takes too much time or memory is reported like any other mistake. */
function answerOf(worker: Worker): Promise<YamlBody> {
  return new Promise((resolve, reject) => {
    const tooMuch = (got: string): void => resolve({ findings: [{ path: [], got, expected: "a manifest" }] });
    worker.on("message", (message: YamlBody | "begun") => {
      if (message !== "begun") resolve(message);
      else setTimeout(tooMuch, READ_MS, `YAML that takes longer than ${READ_MS / 1_000} seconds to read`).unref();
    });
    worker.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ERR_WORKER_OUT_OF_MEMORY") tooMuch("YAML that takes too much memory to read");
      else reject(error);
    });
    worker.on("exit", () => reject(new Error("the thread that reads YAML ended without an answer")));
  });
}

/**
 * Reads YAML in a thread of its own: 100 kB of brackets take seconds, during which nobody else would be served.
 * @throws InvalidInput with the mistakes and their lines
 */
async function parse(text: string): Promise<unknown> {
  const worker = startWorker(text);
  const read = await answerOf(worker).finally(() => worker.terminate());
  if ("findings" in read) throw new InvalidInput(400, read.findings);
  return read.document;
}

/** Takes YAML where the route's schema says so (`consumes`), one body at a time: each thread has memory of its own. */
export function acceptYaml(app: FastifyInstance): void {
  let last: Promise<unknown> = Promise.resolve();
  const read = async ({ routeOptions }: FastifyRequest, text: string): Promise<unknown> => {
    const types = routeOptions.schema?.consumes ?? [];
    if (!types.some((type) => YAML_TYPES.includes(type))) throw new HttpError(415, "got YAML, expected JSON");
    const reading = last.then(() => parse(text));
    last = reading.catch(() => {});
    return reading;
  };
  app.addContentTypeParser<string>(YAML_TYPES, { parseAs: "string", bodyLimit: MOST_BYTES }, read);
}
