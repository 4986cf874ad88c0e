import type { ContainerInputs } from "./container";
import { items, text } from "./known";

/** What a container executes: its entrypoint, then its command. A word that is not known yet is missing. */
export function commandOf({ entrypoints, command }: ContainerInputs): string[] {
  return [...items(entrypoints), ...items(command)].flatMap((word) => text(word) ?? []);
}

/** Returns the words of a command, including those that a shell splits (sh -c "..."), without their quotes. */
export function shellWords(command: string[]): string[] {
  return command.flatMap((word) => word.split(/[\s;&|]+/)).flatMap((word) => word.replace(/["']/g, "") || []);
}
