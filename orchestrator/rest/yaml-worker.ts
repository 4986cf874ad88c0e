import { parentPort, workerData } from "node:worker_threads";
import { readYaml } from "./yaml-document";

// yaml-body.ts starts this program as a thread, one for each body. Its first message says that it has begun.
parentPort?.postMessage("begun");
parentPort?.postMessage(readYaml(workerData as string));
