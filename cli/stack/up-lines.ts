import { oneLine } from "../../lib/plain-text";
import { SHARED } from "../../manifest/container/service-spec";
import type { Unsettled } from "./settled";
import { type Diagnostic, partOf, plainMessage, type UpEvent } from "./up-events";

/** What is done to an image or a container while it is at work, and when it is done. */
const WORDS = {
  image: { doing: "building", done: "built" },
  container: { doing: "starting", done: "started" },
} as const;
const MAKES = ["create", "create-replacement", "update", "replace"];
/** Status of a server that could not be made. */
export const NOT_MADE = "not made";
/** What is a server's, or a shared service's. */
const OF_SERVERS = /dind-mcp:index:(McpServer|Fleet\$dind-mcp:index:Companion)\$/;
/** Pulumi's words for what was done, and ours. */
const CHANGES = {
  create: "created",
  update: "changed",
  replace: "replaced",
  delete: "removed",
  same: "unchanged",
} as const;

/** A resource that could not be made, and the last error about it. */
interface Failed {
  urn: string;
  reason: string;
}

/** What `up` shows: a line for each image and container that is ready, and for what is wrong. Quiet about everything else. */
export class UpLines {
  readonly #unmade: Failed[] = [];
  /** By URN, the last error about it. */
  readonly #said = new Map<string, string>();
  /** By URN, what is being made, and since when. */
  readonly #atWork = new Map<string, { text: string; since: number }>();

  /**
   * The lines for an event.
   * @param now milliseconds
   */
  take(event: UpEvent, now: number): string[] {
    const { resourcePreEvent: begun, resOutputsEvent: ended, resOpFailedEvent: failed } = event;
    if (begun) return this.#begun(begun.metadata, now);
    if (ended) return this.#ended(ended.metadata, now);
    if (failed) return this.#failed(failed.metadata.urn);
    const said = event.diagnosticEvent;
    if (said && REPEATED.test(plainMessage(said))) return [];
    if (said?.severity === "error") this.#reason(said);
    return [...diagnosis(event), ...summary(event)];
  }

  /** The servers that could not be made; undefined when nothing failed, or something else than a server did. */
  unmade(): Unsettled[] | undefined {
    const all = this.#unmade;
    if (all.length === 0 || !all.every(({ urn }) => OF_SERVERS.test(urn))) return undefined;
    return all.map(({ urn, reason }) => {
      // A companion is called SERVER.COMPANION, a shared service SHARED.SERVICE.
      const [name = "", companion] = (partOf(urn)?.name ?? urn.split("::").at(-1) ?? "").split(".");
      if (companion === undefined) return { name, status: NOT_MADE, reason };
      if (name === SHARED) return { name, companion, status: NOT_MADE, reason };
      return { name, companion, status: NOT_MADE, reason: `its companion ${companion}: ${reason}` };
    });
  }

  /** What has been at work for more than two seconds, in one line; undefined when there is nothing. */
  atWork(now: number): string | undefined {
    const all = [...this.#atWork.values()].filter(({ since }) => now - since >= 2_000);
    const parts = all.map(({ text, since }) => `${text} ${seconds(now - since)}`);
    return parts.length > 0 ? `at work: ${parts.join(", ")}` : undefined;
  }

  /** A reason may be told before or after the failure that it is about. */
  #reason({ urn = "", ...said }: Diagnostic): void {
    const text = oneLine(reasonIn(said));
    this.#said.set(urn, text);
    for (const one of this.#unmade) if (one.urn === urn) one.reason = text;
  }

  #begun({ op, urn }: { op: string; urn: string }, now: number): string[] {
    const part = partOf(urn);
    if (part && MAKES.includes(op))
      this.#atWork.set(urn, { text: `${part.name} ${WORDS[part.kind].doing}`, since: now });
    return [];
  }

  #ended({ op, urn }: { op: string; urn: string }, now: number): string[] {
    const part = partOf(urn);
    const work = this.#atWork.get(urn);
    this.#atWork.delete(urn);
    if (part?.kind === "container" && op === "delete") return [line(part.name, "removed")];
    // The end of a replacement comes once more, as `replace`, with nothing done in between.
    if (!part || !work || op === "replace") return [];
    return [line(part.name, `${WORDS[part.kind].done} in ${seconds(now - work.since)}`)];
  }

  #failed(urn: string): string[] {
    const part = partOf(urn);
    this.#atWork.delete(urn);
    this.#unmade.push({ urn, reason: this.#said.get(urn) ?? "" });
    return part ? [line(part.name, `failed while ${WORDS[part.kind].doing}`)] : [];
  }
}

function line(name: string, text: string): string {
  return `${name.padEnd(20)} ${text}`;
}

function seconds(milliseconds: number): string {
  return `${Math.round(milliseconds / 1_000)} s`;
}

/** What is told in other words as well: by the plugin's bridge, and by the program about a resource that failed. */
const REPEATED = /^sdk-v2\/\S+\.go:\d+: |^(Running program .*\n)?(<ref \*1> )?Error: resource .* failed to register/;

const isOfProgram = ({ urn = "" }: Diagnostic): boolean => urn.includes("pulumi:pulumi:Stack::");

/** Without what plugins put around a reason. */
function reasonIn(said: Diagnostic): string {
  const text = plainMessage(said).replace(/^1 error occurred:\s*\*\s*/, "");
  return text.replace(/^Error running legacy build: (failed to solve: )?/, "").trim();
}

function diagnosis({ diagnosticEvent: said }: UpEvent): string[] {
  if (!said || said.severity === "debug" || said.severity === "info") return [];
  const name = isOfProgram(said) ? undefined : said.urn?.split("::").at(-1);
  const text = reasonIn(said);
  if (text === "") return [];
  const kind = said.severity === "info#err" ? "" : `${said.severity}: `;
  return [`${kind}${name ? `${name}: ` : ""}${text}`];
}

function summary({ summaryEvent: end }: UpEvent): string[] {
  if (!end) return [];
  const counts = Object.entries(CHANGES).flatMap(([op, word]) => {
    const count = end.resourceChanges?.[op] ?? 0;
    return count > 0 ? [`${count} ${word}`] : [];
  });
  return [`resources: ${counts.join(", ") || "none"}; ${end.durationSeconds} s`];
}
