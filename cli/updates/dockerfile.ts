import { PACKAGE_NAMES } from "../../manifest/server-json";
import { imagePin } from "./image-name";
import { type Pin, pypiPin } from "./pin";

/** What installs packages, and how it is given one at an exact version. */
const INSTALLERS: { command: RegExp; pin: (word: string) => Pin | undefined }[] = [
  { command: /\bnpm (?:install|i|add)\b([^&;|]*)/g, pin: npmPin },
  { command: /\b(?:pip3?|uv tool) (?:install|wheel)\b([^&;|]*)/g, pin: pypiPin },
  { command: /\bgo install\b([^&;|]*)/g, pin: goPin },
  { command: /\bcargo install\b([^&;|]*)/g, pin: cargoPin },
];

/**
 * The images that a Dockerfile builds on, and the packages that its commands install at an exact version.
 * @param args build arguments, which come before the file's own defaults
 */
export function dockerfilePins(text: string, args: Record<string, unknown> = {}): Pin[] {
  const lines = text
    .replace(/^\s*#.*\n/gm, "")
    .replace(/\\\r?\n/g, " ")
    .split("\n");
  return [...baseImages(lines, args), ...lines.filter((line) => /^\s*RUN\b/i.test(line)).flatMap(installed)];
}

function baseImages(lines: string[], given: Record<string, unknown>): Pin[] {
  const values: Record<string, string> = {};
  const stages = new Set<string>(["scratch"]);
  const images: string[] = [];
  for (const line of lines) {
    const [, name, value = ""] = /^\s*ARG\s+(\w+)(?:=["']?([^"'\s]*))?/i.exec(line) ?? [];
    if (name !== undefined) values[name] = String(given[name] ?? value);
    const [, from, stage] = /^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/i.exec(line) ?? [];
    const [, copied] = /^\s*COPY\s+(?:--\S+\s+)*?--from=(\S+)/i.exec(line) ?? [];
    // A stage or a named context has a plain name; an image that is copied from has a tag or a digest.
    const source = from ?? (copied !== undefined && /[:@]/.test(copied) ? copied : undefined);
    const image = source?.replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, one, other) => values[one ?? other] || whole);
    if (image !== undefined && !stages.has(image.toLowerCase())) images.push(image);
    if (stage !== undefined) stages.add(stage.toLowerCase());
  }
  return images.map((image) => ({ ...imagePin(image), base: true }));
}

function installed(line: string): Pin[] {
  return INSTALLERS.flatMap(({ command, pin }) =>
    [...line.matchAll(command)].flatMap(([, words = ""]) =>
      words.split(/\s+/).flatMap((word) => pin(word.replace(/^["']|["']$/g, "")) ?? []),
    ),
  );
}

function npmPin(word: string): Pin | undefined {
  const [, name, have] = /^(@?[^@]+)@(\d+\.\d+\.\d+[\w.+-]*)$/.exec(word) ?? [];
  return name && have && PACKAGE_NAMES.npm.test(name) ? { kind: "npm", name, have } : undefined;
}

function goPin(word: string): Pin | undefined {
  const [, name, have] = /^([a-z0-9-]+(?:\.[a-z0-9-]+)+\/[\w.~/-]+)@(v\d+\.\d+\.\d+[\w.+-]*)$/.exec(word) ?? [];
  return name && have ? { kind: "go", name, have } : undefined;
}

function cargoPin(word: string): Pin | undefined {
  const [, name, have] = /^([A-Za-z][\w-]*)@(\d+\.\d+\.\d+[\w.+-]*)$/.exec(word) ?? [];
  return name && have ? { kind: "cargo", name, have } : undefined;
}
