import { markdownTable } from "../lib/text-table";
import type { PackPolicy } from "./define";

const WIDTH = 120;

/** A paragraph, or an item of a list, in lines of at most 120 characters. */
function lines(text: string): string {
  const indent = text.startsWith("- ") ? "  " : "";
  const [first = "", ...words] = text.split(" ");
  let column = first.length;
  return words.reduce((all, word) => {
    const fits = column + 1 + word.length <= WIDTH;
    column = (fits ? column + 1 : indent.length) + word.length;
    return all + (fits ? ` ${word}` : `\n${indent}${word}`);
  }, first);
}

function section({ about, settings }: PackPolicy): string {
  const { id, title, severity, reason, fix, references, level, exceptions = {} } = about;
  const own = Object.entries(settings).filter(([name]) => name !== "exceptions");
  return [
    `### ${id}`,
    "",
    `${title} ${reason}`,
    "",
    `- severity: ${severity}${level ? `; ${level} by itself` : ""}`,
    `- to fix: ${fix}`,
    `- reference: ${references.join("; ")}`,
    ...Object.entries(exceptions).map(([role, why]) => `- does not bind the role \`${role}\`: ${why}`),
    ...own.map(([name, { description, default: value }]) => {
      const otherwise = value === undefined ? "" : ` Otherwise \`${JSON.stringify(value)}\`.`;
      return `- setting \`${name}\`: ${description ?? ""}${otherwise}`;
    }),
  ]
    .map(lines)
    .join("\n");
}

/** All policies as docs/policies.md shows them: the table, then each by itself. */
export function policiesMarkdown(policies: PackPolicy[]): string {
  const rows = policies.map(({ about: { id, severity, title } }) => [`[${id}](#${id})`, severity, title]);
  return `${markdownTable([["policy", "severity", "promise"], ...rows])}\n\n${policies.map(section).join("\n\n")}\n`;
}
