import { PACKAGE_NAMES } from "../../manifest/server-json";

/** Something that a server is made of, at the version that its folder says. */
export interface Pin {
  kind: "npm" | "pypi" | "go" | "cargo" | "git" | "image";
  /** A package's name, a repository's URL, or an image's name without tag and digest. */
  name: string;
  /** A version, a commit, or a tag; of an image without a tag the empty text. */
  have: string;
  /** Of an image, where it is pinned by one. */
  digest?: string;
  /** An image that the server's own is built on. @default false */
  base?: boolean;
}

/** The same for the same thing, whichever server has it. */
export function keyOf({ kind, name, have, digest = "" }: Pin): string {
  return [kind, name, have, digest].join(" ");
}

/** `NAME==VERSION` or `NAME[EXTRA]==VERSION`, and what may stand behind it. */
export function pypiPin(text: string): Pin | undefined {
  const [, name, have] = /^\s*([\w.-]+)(?:\[[^\]]*\])?\s*==\s*(\d[\w.!+-]*)\s*(?:[;\\#].*)?$/.exec(text) ?? [];
  if (name === undefined || have === undefined || !PACKAGE_NAMES.pypi.test(name)) return undefined;
  return { kind: "pypi", name, have };
}
