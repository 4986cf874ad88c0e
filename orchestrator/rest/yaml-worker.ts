import { parentPort, workerData } from "node:worker_threads";
import { readYaml } from "./yaml-document";

// A program of its own: yaml-body.ts starts it as a thread for one body. It says first that it begins.
parentPort?.postMessage("begun");
parentPort?.postMessage(readYaml(workerData as string));
