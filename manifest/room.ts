import { isMapping } from "../lib/mapping";

/** The room that a server gets when its manifest does not say. */
export interface Room {
  memory: string;
  processes: number;
  scratch: string;
  sharedMemory: string;
}

/**
 * For most: a session of a Node or Python server takes 40 to 100 MB and ten threads, and eight of them have to fit. /dev/shm as
 * Docker has it.
 */
export const USUAL: Room = { memory: "512m", processes: 128, scratch: "64m", sharedMemory: "64m" };

/**
 * With a browser: Chromium with one page takes 300 to 500 MB in about 100 threads, keeps its profile in /tmp, and shares pictures
 * through /dev/shm, where it crashes when 64 MB are full.
 */
export const WITH_BROWSER: Room = { memory: "1g", processes: 512, scratch: "256m", sharedMemory: "256m" };

/** A manifest's document with the larger defaults of `browser: true`. What is written stays, right or wrong. */
export function withRoom(document: Record<string, unknown>): Record<string, unknown> {
  const { browser, resources = {}, scratch = {}, sharedMemory } = document;
  if (browser !== true) return document;
  const { memory, processes } = WITH_BROWSER;
  return {
    ...document,
    ...(isMapping(resources) ? { resources: { memory, processes, ...resources } } : {}),
    ...(isMapping(scratch) ? { scratch: { size: WITH_BROWSER.scratch, ...scratch } } : {}),
    ...(sharedMemory === undefined ? { sharedMemory: WITH_BROWSER.sharedMemory } : {}),
  };
}
