import type { Readable } from "node:stream";
import type { EngineClient } from "../../../../lib/docker-client";
import { parseJson } from "../../../../lib/json";

/** What a container has in its root file system that its image has not. */
export interface Changes {
  /** Paths that are there now, and paths of the image that were changed. */
  added: string[];
  changed: string[];
  /** There are more, which were not read. */
  more: boolean;
}

/** Paths that are read: a server may make as many as it likes. */
export const MOST_PATHS = 2_000;
/** Bytes of Docker's list that are read. */
const MOST_BYTES = 2 * 2 ** 20;
const KINDS = { changed: 0, added: 1 } as const;

/** Asks Docker for the paths that a container added and changed; reads the beginning of a long list only. */
export async function changesOf({ streams }: EngineClient, id: string): Promise<Changes> {
  const options = { path: `/containers/${id}/changes`, method: "GET", isStream: true };
  const answer = await new Promise<Readable>((resolve, reject) => {
    const call = { ...options, statusCodes: { 200: true, 404: "no such container", 500: "server error" } };
    streams.modem.dial(call, (error, data) => (error ? reject(error) : resolve(data as Readable)));
  });
  return await readChanges(answer);
}

/** Reads Docker's list of changes as it comes, `null` for none; closes the stream when it has read enough. */
export async function readChanges(list: Readable): Promise<Changes> {
  const found: Changes = { added: [], changed: [], more: false };
  let bytes = 0;
  let rest = "";
  const decoder = new TextDecoder();
  for await (const chunk of list as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    const { objects, rest: left } = wholeObjects(rest + decoder.decode(chunk, { stream: true }));
    rest = left;
    for (const object of objects) take(found, object);
    found.more = bytes > MOST_BYTES || found.added.length + found.changed.length >= MOST_PATHS;
    if (found.more) break; // which closes the stream
  }
  return found;
}

function take({ added, changed }: Changes, text: string): void {
  const { Path, Kind } = (parseJson(text) ?? {}) as { Path?: unknown; Kind?: unknown };
  if (typeof Path !== "string" || added.length + changed.length >= MOST_PATHS) return;
  if (Kind === KINDS.added) added.push(Path);
  if (Kind === KINDS.changed) changed.push(Path);
}

/** A member of the list: no object of Docker's here holds another one, and a brace in a path is in a JSON string. */
const OBJECT = /\{[^{}"]*(?:"[^"\\]*(?:\\.[^"\\]*)*"[^{}"]*)*\}/gs;

/** The objects that are whole, and the text after the last of them. */
function wholeObjects(text: string): { objects: string[]; rest: string } {
  const objects: string[] = [];
  let end = 0;
  for (const match of text.matchAll(OBJECT)) {
    objects.push(match[0]);
    end = match.index + match[0].length;
  }
  return { objects, rest: text.slice(end) };
}
