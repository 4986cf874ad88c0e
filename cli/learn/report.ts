import { stringify } from "yaml";
import type { z } from "zod";
import type { learnedSchema } from "../../api/schemas/learning";
import { foreign } from "../output";
import { mib } from "../servers/server";

export type Learned = z.infer<typeof learnedSchema>;

const yaml = (value: unknown): string => stringify(value, { lineWidth: 0 }).trimEnd();
const isEmpty = (fragment: Learned["add"]): boolean => Object.keys(fragment).length === 0;

/** What a copy has shown, for people. @param written the file that the lines were written into */
export function learnedText({ server, needed, add, unused, notes, peaks }: Learned, written?: string): string {
  const { memory, processes, cpus } = peaks;
  const most = `at most ${mib(memory)} MiB, ${processes} processes and threads, ${cpus.toFixed(2)} processors`;
  return [
    `${server} used ${most}`,
    "all that it needed:",
    yaml(needed).replace(/^/gm, "  "),
    ...notes.map((one) => `note: ${foreign(one)}`),
    ...(unused.length > 0 ? [`not asked for in this time: ${unused.join(", ")}`] : []),
    "",
    ...(isEmpty(add)
      ? [`${server}'s server.yaml allows it all`]
      : written
        ? [`written to ${written}, which lacked:`, yaml(add)]
        : [`${server}'s server.yaml lacks (--write puts it there):`, yaml(add)]),
  ].join("\n");
}
