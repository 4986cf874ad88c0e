// What an HTTP server's answer says, beside JSON-RPC.

import { oneLine } from "../../../lib/plain-text";
import type { Frame } from "../wire/frame";
import type { Answer } from "./http-client";

/** Characters of a body that are shown. */
const SHOWN = 80;
/** Bytes of a body that are looked at. */
const LOOKED_AT = 4 * 1024;

const beginning = (body: Buffer): string => body.toString("utf8", 0, LOOKED_AT);

const SESSION_GONE =
  /(?:\bno\b|no such|not|unknown|invalid|expired|missing|lost|closed)\b[^.\n]*\bsession|session\b[^.\n]*(?:not|unknown|invalid|expired|missing|gone|closed|terminated|required)|not initialized/i;

/** HTTP statuses that say of themselves that a session is gone: the specification wants 404. */
const GONE = [404, 410];

/**
 * True for the answer by which a server says that it does not know a session, or not any more. Several frameworks have
 * 400 or another status of its kind, and say why in the body.
 */
export function isSessionGone(status: number, body: Buffer): boolean {
  return GONE.includes(status) || (status >= 400 && status < 500 && SESSION_GONE.test(beginning(body)));
}

/** The code of the SDKs' servers for a session that is gone; their clients have it for a time-out. */
const SESSION_NOT_FOUND = -32001;
/** Most bytes of such an error. */
const SHORT = 4 * 1024;

/**
 * True for an answer that reads as if the session were gone, with a status that does not say so: 200 or 500. A tool's
 * own error may read the same, about a browser's session perhaps, so a ping has to decide.
 */
export function soundsLost(status: number, body: Buffer, frames: readonly Frame[] | undefined): boolean {
  return speaksOfLoss(frames) || (status >= 500 && SESSION_GONE.test(beginning(body)));
}

/** True when an error among the messages reads as if the session were gone. */
export function speaksOfLoss(frames: readonly Frame[] | undefined): boolean {
  return (frames ?? []).some((frame) => {
    if (frame.answering !== "error" || frame.bytes.length > SHORT) return false;
    return frame.reads(String(SESSION_NOT_FOUND), "error", "code") || SESSION_GONE.test(frame.raw("error") ?? "");
  });
}

/** The beginning of a body that is no answer, to be put behind a sentence; empty when there is none. */
export function excerpt(body: Buffer): string {
  const line = oneLine(beginning(body).slice(0, 4 * SHOWN), SHOWN);
  return line === "" ? "" : `: ${line}`;
}

/** What an answer's head says of why it is no JSON-RPC, to be put behind a sentence; empty when nothing. */
export function reasonIn({ statusCode, headers }: Answer): string {
  const coding = String(headers["content-encoding"] ?? "identity").toLowerCase();
  if (coding !== "identity") return `, encoded with ${oneLine(coding, SHOWN)}, though only identity is asked for`;
  const { location } = headers;
  if (statusCode < 300 || statusCode >= 400 || location === undefined) return "";
  return `, a redirect to ${oneLine(String(location), SHOWN)}: none is followed, is transport.path right?`;
}

export function isEventStream({ headers }: Answer): boolean {
  return /^text\/event-stream\b/i.test(String(headers["content-type"] ?? ""));
}

export function isJson({ headers }: Answer): boolean {
  return /^application\/json\b/i.test(String(headers["content-type"] ?? ""));
}
