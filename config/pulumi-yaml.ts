import { z } from "zod";
import { aboutKey } from "./key";
import { KEYS, SUBJECTS } from "./keys";
import { yamlLine } from "./yaml-line";

/** The line before the part of Pulumi.yaml that is generated here; that part goes to the end of the file. */
const BEGIN = "# Made from config/keys by `npm run generate`, from here to the end.\n";

const HEAD = `config:
  # A docker resource without an explicit provider fails, instead of landing on the host engine by mistake.
  pulumi:disable-default-providers:
    value: ["docker"]`;

const TAIL_HEAD =
  "  # Pulumi's schema has no optional secrets, no objects and no choice of types, so it does not list these (docs/configuration.md):";

/** A key as Pulumi declares it, with its allowed values where they are few. */
interface Declaration {
  type: string;
  items?: string;
  words?: string[];
}

/** How Pulumi declares a key; undefined when it cannot. */
function declaration(schema: z.ZodType): Declaration | undefined {
  const { type, items, enum: words } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  if (aboutKey(schema).secret || typeof type !== "string" || type === "object") return undefined;
  if (type !== "array") return { type, ...(words ? { words: words.map(String) } : {}) };
  const item = typeof items === "object" && "type" in items ? items.type : undefined;
  return item === "string" || item === "integer" ? { type, items: item } : undefined;
}

function lines(name: string, schema: z.ZodType): string[] {
  const declared = declaration(schema);
  if (!declared) return [];
  const { type, items, words } = declared;
  return [
    `  ${name}:`,
    `    type: ${type}`,
    ...(items ? ["    items:", `      type: ${items}`] : []),
    `    description: ${yamlLine(description(schema, words))}`,
    `    default: ${yamlLine(schema.parse(undefined))}`,
  ];
}

/** Plain text: Pulumi shows no Markdown. */
function description(schema: z.ZodType, words?: string[]): string {
  const { meaning, more } = aboutKey(schema);
  return [meaning, more, words && `One of ${words.join(", ")}.`].filter(Boolean).join(" ").replaceAll("`", "");
}

/** Pulumi.yaml with all keys that Pulumi can know, for `pulumi config`. @throws Error when it has lost its mark */
export function pulumiYaml(stored: string): string {
  const start = stored.indexOf(BEGIN);
  if (start < 0) throw new Error(`Pulumi.yaml has lost a line: expected ${JSON.stringify(BEGIN.trim())}`);
  const subjects = Object.entries(SUBJECTS).flatMap(([title, keys]) => {
    const declared = Object.entries(keys).flatMap(([name, schema]) => lines(name, schema));
    return declared.length === 0 ? [] : [`\n  # ${title}\n${declared.join("\n")}`];
  });
  const others = Object.entries(KEYS).filter(([, schema]) => !declaration(schema));
  const tail = others.map(([name, schema]) => {
    const { meaning, secret } = aboutKey(schema);
    return `  #   ${name.padEnd(12)} ${secret ? "(secret) " : ""}${meaning}`;
  });
  return `${stored.slice(0, start)}${BEGIN}${[HEAD, ...subjects, "", TAIL_HEAD, ...tail].join("\n")}\n`;
}
