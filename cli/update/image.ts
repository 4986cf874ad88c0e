import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type Docker from "dockerode";
import type { Settings } from "../../config/settings";
import { reasonOf, statusOf } from "../../lib/docker-client";
import { parseJson } from "../../lib/json";
import { isMapping } from "../../lib/mapping";
import { oneLine } from "../../lib/plain-text";
import { readText } from "../../lib/read-text";
import { parseYaml } from "../../lib/yaml";
import { rehearsalImage } from "../../manifest/container/rehearsal";
import { MANIFEST } from "../../manifest/load-catalog";
import { CliError } from "../errors";
import { imagePin, registryOf } from "../updates/image-name";
import type { Draft } from "./draft";

/**
 * Builds or pulls a draft's image in the engine, beside the one that runs.
 * @param docker the engine, without a limit of time
 * @throws CliError when that fails
 */
export async function makeRehearsalImage(
  docker: Docker,
  draft: Draft,
  registries: Settings["registries"],
): Promise<void> {
  const parsed = parseYaml(draft.files[MANIFEST]?.after ?? readText(join(draft.folder, MANIFEST)));
  const { image, build } = !parsed.findings && isMapping(parsed.document) ? parsed.document : {};
  try {
    if (typeof image === "string") await pull(docker, image, draft.server, registries);
    else await inCopy(draft, (folder) => buildIn(docker, folder, draft.server, isMapping(build) ? build : {}));
  } catch (error) {
    throw new CliError(`its image: ${oneLine(reasonOf(error), 600)}`);
  }
}

/** Takes its name away; what was built stays in the engine's cache, where `up` finds it. */
export async function removeRehearsalImage(docker: Docker, server: string): Promise<void> {
  await docker
    .getImage(rehearsalImage(server))
    .remove()
    .catch((error: unknown) => {
      if (statusOf(error) !== 404) throw error;
    });
}

async function pull(docker: Docker, image: string, server: string, registries: Settings["registries"]): Promise<void> {
  const { username, password } = registries[registryOf(imagePin(image).name)?.host ?? "docker.io"] ?? {};
  const authconfig = username && password ? { username, password, serveraddress: "" } : undefined;
  await ended(await docker.pull(image, authconfig ? { authconfig } : {}));
  const [repo = "", tag] = rehearsalImage(server).split(":");
  await docker.getImage(image).tag({ repo, tag });
}

async function buildIn(docker: Docker, folder: string, server: string, build: Record<string, unknown>): Promise<void> {
  const { context: inside = ".", dockerfile = "Dockerfile", target, args } = build;
  const context = resolve(folder, String(inside));
  const options = {
    t: rehearsalImage(server),
    version: "2" as const, // BuildKit, as Pulumi's provider has it: both find what the other one built
    dockerfile: String(dockerfile),
    ...(typeof target === "string" ? { target } : {}),
    ...(isMapping(args) ? { buildargs: args as Record<string, string> } : {}),
  };
  await ended(await docker.buildImage({ context, src: readdirSync(context) }, options));
}

/** Reads to the end what the engine tells of its work. @throws Error with the reason when it failed */
async function ended(answer: NodeJS.ReadableStream): Promise<void> {
  let rest = "";
  for await (const chunk of answer) {
    const lines = (rest + String(chunk)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) check(line);
  }
  check(rest);
}

function check(line: string): void {
  const told = parseJson(line);
  if (isMapping(told) && typeof told.error === "string") throw new Error(told.error);
}

/** Works in a copy of the folder that has the draft's files. */
async function inCopy(draft: Draft, work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "dind-mcp-rehearsal-"));
  try {
    cpSync(draft.folder, folder, { recursive: true, verbatimSymlinks: true });
    for (const [path, { after }] of Object.entries(draft.files)) writeFileSync(join(folder, path), after);
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
