import { createInterface } from "node:readline";
import { CANCEL_AFTER, END_SESSIONS, LARGE, type Said, type Step } from "./steps";

/** One of the TypeScript SDKs, connected. */
export interface Connected {
  /** The protocol's version that was agreed on. */
  version: string;
  /** Names of tools. */
  list(): Promise<string[]>;
  /** The first text of the tool's result. */
  call(tool: string, args?: Record<string, unknown>, signal?: AbortSignal): Promise<string>;
  close(): Promise<void>;
}

const say = (line: Said | typeof END_SESSIONS): void => console.log(JSON.stringify(line));
const firstLine = (error: unknown): string => String((error as Error)?.message ?? error).split("\n")[0] ?? "";

/**
 * Does the steps with a client.
 * @param absent what it has nothing of the kind for, and why
 */
export async function takeSteps(
  connect: () => Promise<Connected>,
  prefix: string,
  absent: Partial<Record<Step, string>> = {},
): Promise<void> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
  let client: Connected | undefined;
  const connected = (): Connected => {
    if (!client) throw new Error("it is not connected");
    return client;
  };
  const answers = async (): Promise<void> => {
    const pid = await connected().call(`${prefix}pid`);
    if (!/^\d+$/.test(pid)) throw new Error(`got ${pid}, expected a process id`);
  };
  const steps: Record<Step, () => Promise<string | undefined>> = {
    connect: async () => {
      client = await connect();
      return client.version;
    },
    list: async () => {
      const names = await connected().list();
      if (!names.includes(`${prefix}pid`)) throw new Error(`there is no ${prefix}pid in ${names.join(", ")}`);
      return undefined;
    },
    call: () => answers().then(() => undefined),
    cancel: async () => {
      if ("cancel" in absent) return undefined;
      const abort = new AbortController();
      setTimeout(() => abort.abort("the user has no more time"), CANCEL_AFTER);
      const outcome = await connected()
        .call(`${prefix}hang`, {}, abort.signal)
        .then(
          () => "the call was answered",
          () => "",
        );
      if (outcome || !abort.signal.aborted) throw new Error(outcome || "the call failed before it was cancelled");
      await answers();
      return undefined;
    },
    large: async () => {
      const text = await connected().call(`${prefix}big`, { bytes: LARGE });
      if (text.length !== LARGE) throw new Error(`got ${text.length} characters, expected ${LARGE}`);
      return undefined;
    },
    lost: async () => {
      connected();
      say(END_SESSIONS);
      await lines.next();
      try {
        await answers();
        return "by itself";
      } catch (error) {
        await client?.close().catch(() => {});
        client = await connect();
        await answers();
        return `connects again after: ${firstLine(error)}`;
      }
    },
  };
  for (const [step, take] of Object.entries(steps) as [Step, () => Promise<string | undefined>][]) {
    try {
      const note = await take();
      say({ step, ok: true, note: absent[step] ?? note, absent: step in absent });
    } catch (error) {
      say({ step, ok: false, note: firstLine(error) });
    }
  }
  await client?.close().catch(() => {});
  process.exit(0);
}
