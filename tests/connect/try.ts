import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { clientConfig, needsToken, targets, tokenVariable } from "../../api/client-configs";
import { connect, connections, disconnect, entriesOf } from "../../cli/connect/connect";
import { clientFile } from "../../cli/connect/places";
import { Records } from "../../cli/connect/records";
import { cached, npm } from "../support/clients/install";
import type { Door } from "./door";
import type { Program } from "./programs";
import { start } from "./start";

/** What came of one client. */
export interface Tried {
  program: Program;
  /** Why it could not be installed; then nothing else is said. */
  notRun?: string;
  /** The most that was seen. */
  seen: "lists the tools" | "connects" | "nothing";
  /** What disconnect did to its file. */
  undone: string;
  token: "environment" | "file";
  /** What went wrong. */
  problems: string[];
}

/** Installs a client, connects it as `connect` does, starts it, and disconnects it. */
export async function tryProgram(program: Program, door: Door, token: string): Promise<Tried> {
  const folder = join("connect", `${program.package.replace(/^@/, "").replace("/", "-")}-${program.version}`);
  const secret = needsToken(program.client);
  const tried: Tried = { program, seen: "nothing", undone: "", token: secret ? "file" : "environment", problems: [] };
  try {
    npm(folder, { [program.package]: program.version });
  } catch (error) {
    return { ...tried, notRun: (error as Error).message.split("\n")[0] };
  }
  const home = mkdtempSync(join(tmpdir(), "mcp-home-"));
  try {
    await inHome(cached(folder, "node_modules", program.program), home, door, token, tried);
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
  return tried;
}

async function inHome(path: string, home: string, door: Door, token: string, tried: Tried): Promise<void> {
  const { program, problems } = tried;
  const { client, commands, says, env, before } = program;
  const place = { platform: process.platform, home, folder: join(home, "work"), env: {}, exists: existsSync };
  const file = clientFile(client, "user", place) as string;
  mkdirSync(place.folder);
  const text = before?.(door.url);
  if (text !== undefined) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  const records = new Records(join(home, "records"));
  const secret = tried.token === "file";
  const made = clientConfig(client, targets(door.url, [], "all"), secret ? { token } : {});
  const { format, begin } = made;
  connect(
    { client, file, format, begin, stack: "dev", entries: entriesOf(made), secret, force: false, dryRun: false },
    records,
  );

  door.asked.length = 0;
  door.refused = 0;
  const given = { ...env?.(door.url), ...(secret ? {} : { [tokenVariable()]: token }) };
  for (const [at, command] of commands.entries()) {
    const { output, code } = await start(path, command, home, given, door);
    const shown = `${command.join(" ")}: exit ${code ?? "by us"}: ${output.trim().split("\n").slice(-3).join(" / ")}`;
    if (at === 0 && says && !says.test(output)) problems.push(shown);
    else if (at === commands.length - 1 && !door.asked.includes("tools/list")) problems.push(shown);
  }
  if (door.asked.includes("tools/list")) tried.seen = "lists the tools";
  else if (door.asked.includes("initialize")) tried.seen = "connects";
  if (door.refused > 0) problems.push(`${door.refused} requests came without the token`);
  const kept = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (!secret && kept.includes(token)) problems.push("it wrote the token into the file");

  for (const record of connections("dev", records)) tried.undone = disconnect(record, "dev", false, records).change;
  const left = existsSync(file) ? readFileSync(file, "utf8") : "";
  if (left.includes("dind-mcp") || left.includes(token)) problems.push("something of ours is left in the file");
}
