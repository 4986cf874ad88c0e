import { shellWord } from "../../../lib/shell-word";
import type { Schedule } from "./units";

/** A line for the crontab of the unit's user. */
export function cronLine({ stack, project, environment, folder, at, options }: Schedule): string {
  const [hour, minute] = at.split(":").map(Number);
  const words = [
    "env",
    ...Object.entries(environment).map(([name, value]) => `${name}=${shellWord(value)}`),
    shellWord(`${project}/bin/dind-mcp`),
    ...["backup", shellWord(`${folder}/`), "--stack", stack],
    ...options.flatMap(([name, value]) => [name, shellWord(value)]),
  ];
  // cron makes a line's end of every other %.
  return `${minute} ${hour} * * * ${words.join(" ").replaceAll("%", "\\%")}`;
}
