import type { Pin } from "./pin";

/** An image's reference, `NAME:TAG@DIGEST`, in its parts; Docker takes `latest` where it has neither tag nor digest. */
export function imagePin(reference: string): Pin {
  const [whole = "", digest] = reference.split("@");
  const [, name = whole, tag = digest ? "" : "latest"] = /^(.+):([^:/]+)$/.exec(whole) ?? [];
  return { kind: "image", name, have: tag, ...(digest ? { digest } : {}) };
}

/** The registry that an image's name begins with; undefined where it is left to the engine which one it is. */
export function registryOf(name: string): { host: string; repository: string } | undefined {
  const [first = "", ...rest] = name.split("/");
  const isHost = rest.length > 0 && (/[.:]/.test(first) || first === "localhost");
  return isHost ? { host: first, repository: rest.join("/") } : undefined;
}
