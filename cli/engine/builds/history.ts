import { oneLine } from "../../../lib/plain-text";
import { each, text, whole } from "../../../lib/protobuf";

// What is read of BuildKit's history (moby/buildkit api/services/control/control.proto): the numbers are its fields.

/**
 * Of BuildHistoryEvents, the latest build that failed for a reason. Docker 26 notes no image's name with a build.
 * @param reason what was said of it, on one line
 * @param since milliseconds since 1970; an older build is another one
 * @returns its reference
 */
export function failedBuild(events: Buffer[], reason: string, since: number): string | undefined {
  const records = events.flatMap((event) => each(event, 2));
  const failed = records.flatMap((record) => {
    const [time = Buffer.alloc(0)] = each(record, 6);
    const [status = Buffer.alloc(0)] = each(record, 5);
    const said = oneLine(text(status, 2));
    const isIt = said !== "" && reason.includes(said);
    return isIt ? [{ ref: text(record, 1), created: whole(time, 1) * 1_000 }] : [];
  });
  const [latest] = failed.sort((a, b) => b.created - a.created);
  return latest && latest.created >= since - SECOND_MS ? latest.ref : undefined;
}

/** Its times are read to the second. */
const SECOND_MS = 1_000;

/** Of StatusResponses, the last lines that the step wrote which failed; none when it wrote none. */
export function failedStepLines(answers: Buffer[], most: number): string[] {
  const failed = answers.flatMap((one) => each(one, 1)).filter((vertex) => text(vertex, 7) !== "");
  const digests = new Set(failed.map((vertex) => text(vertex, 1)));
  const logs = answers.flatMap((one) => each(one, 3)).filter((log) => digests.has(text(log, 1)));
  const written = Buffer.concat(logs.flatMap((log) => each(log, 4))).toString("utf8");
  // A line that a program drew over has what stands there in the end.
  const lines = written.split("\n").map((line) => line.replace(/\r$/, "").split("\r").at(-1) ?? "");
  return lines
    .map((line) => line.replace(ESCAPES, "").trimEnd())
    .filter((line) => line !== "")
    .slice(-most);
}

/** Commands for a terminal: colours, and moves of the cursor. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const ESCAPES = /\u001b(\[[0-?]*[ -/]*[@-~]|[@-Z\\-_])/g;
