import { parseJson } from "../../lib/json";
import { ask } from "../add/ask";

/** `NAME:TAG` of `NAME[:TAG]`, with the digest by which this machine's Docker has it; undefined when it has none. */
export async function localDigest(reference: string): Promise<string | undefined> {
  const { code, stdout } = await ask("docker", [
    "image",
    "inspect",
    "--format",
    "{{json .RepoDigests}}",
    "--",
    reference,
  ]);
  const all = code === 0 ? parseJson(stdout) : undefined;
  const [, repository = reference, tag] = /^(.*?)(?::([\w.-]+))?$/.exec(reference) ?? [];
  const found = Array.isArray(all) ? all.map(String).find((one) => sameRepository(one, repository)) : undefined;
  if (!found) return undefined;
  const digest = found.slice(found.indexOf("@"));
  return `${repository}${tag === undefined || tag === "latest" ? "" : `:${tag}`}${digest}`;
}

function sameRepository(digest: string, repository: string): boolean {
  const plain = (text: string): string => text.replace(/^(index\.)?docker\.io\/(library\/)?/, "");
  return plain(digest.split("@")[0] ?? "") === plain(repository) && /@sha256:[0-9a-f]{64}$/.test(digest);
}
