import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { plain } from "../../lib/plain-text";

// `npm run screens`: runs the commands on the stack `dev`, which has to be up, and writes what they print as pictures.

const LAUNCHER = join(__dirname, "../../bin/dind-mcp");
const SCREENS = ["up", "status", "validate"];
/** Pixels of a character in the font below, at its size. */
const [WIDTH, HEIGHT, MARGIN] = [8.4, 18, 16];

/** What a command prints on a terminal: standard output and error in their order, as `script` records them. */
function printed(command: string): string[] {
  const shell = ["-qec", `${LAUNCHER} ${command} 2>&1`, "/dev/null"];
  const text = execFileSync("script", shell, { encoding: "utf8", input: "", env: { ...process.env, TERM: "dumb" } });
  return plain(stripVTControlCharacters(text)).trimEnd().split("\n");
}

function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}

/** Lines of text as a picture of a terminal. */
function picture(lines: string[]): string {
  const width = Math.ceil(Math.max(...lines.map((line) => line.length)) * WIDTH) + 2 * MARGIN;
  const height = lines.length * HEIGHT + 2 * MARGIN;
  const texts = lines.map(
    (line, i) => `<text x="${MARGIN}" y="${MARGIN + (i + 0.75) * HEIGHT}" xml:space="preserve">${escaped(line)}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">`,
    `<title>${escaped(lines[0] ?? "")}</title>`,
    `<rect width="100%" height="100%" rx="6" fill="#1e1e1e"/>`,
    `<g font-family="monospace" font-size="14" fill="#dcdcdc">`,
    ...texts,
    "</g></svg>\n",
  ].join("\n");
}

for (const command of SCREENS) {
  const lines = [`$ bin/dind-mcp ${command}`, ...printed(command)];
  writeFileSync(join(__dirname, `${command}.svg`), picture(lines));
  console.log(`docs/screens/${command}.svg: ${lines.length} lines`);
}
