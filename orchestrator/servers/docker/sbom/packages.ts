import { parseJson } from "../../../../lib/json";
import { isMapping } from "../../../../lib/mapping";

/** A package that an image holds. */
export interface Package {
  kind: "deb" | "apk" | "npm" | "pypi";
  name: string;
  version: string;
  /** Who keeps it, as it says itself. @default it does not */
  supplier?: string;
}

/** Files that tell of packages, by what reads them. */
const READERS: { path: RegExp; read: (text: string) => Package[] }[] = [
  { path: /^\/var\/lib\/dpkg\/status(\.d\/[^/]+)?$/, read: debian },
  { path: /^\/(usr\/)?lib\/apk\/db\/installed$/, read: alpine },
  { path: /\/node_modules\/(@[^/]+\/)?[^/@]+\/package\.json$/, read: npm },
  { path: /^(?!.*\/node_modules\/).*\/package\.json$/, read: npm },
  { path: /\.(dist-info\/METADATA|egg-info\/PKG-INFO)$/, read: python },
];

/** What reads the packages in a file; undefined for a file that tells of none. */
export function readerOf(path: string): ((text: string) => Package[]) | undefined {
  return READERS.find((one) => one.path.test(path))?.read;
}

/** `Package: bash` in paragraphs; those that were removed, and left their configuration, are none. */
function debian(text: string): Package[] {
  return paragraphs(text).flatMap((fields) => {
    const { Package: name, Version: version, Status: status = "installed", Maintainer: supplier } = fields;
    if (!name || !version || !/\binstalled$/.test(status)) return [];
    return [{ kind: "deb", name, version, ...(supplier ? { supplier } : {}) }];
  });
}

/** `P:musl` in paragraphs. */
function alpine(text: string): Package[] {
  return paragraphs(text).flatMap(({ P: name, V: version }) =>
    name && version ? [{ kind: "apk", name, version }] : [],
  );
}

function npm(text: string): Package[] {
  const { name, version } = mapping(parseJson(text));
  return typeof name === "string" && typeof version === "string" && name && version
    ? [{ kind: "npm", name, version }]
    : [];
}

/** A head like a mail's; the description follows. */
function python(text: string): Package[] {
  const [{ Name: name, Version: version } = {}] = paragraphs(text);
  return name && version ? [{ kind: "pypi", name, version }] : [];
}

const mapping = (value: unknown): Record<string, unknown> => (isMapping(value) ? value : {});

function paragraphs(text: string): Partial<Record<string, string>>[] {
  return text
    .replaceAll("\r", "")
    .split(/\n\n+/)
    .map((paragraph) =>
      Object.fromEntries(
        paragraph.split("\n").flatMap((line) => {
          const [, key, value = ""] = /^([A-Za-z][\w-]*):\s*(.*)$/.exec(line) ?? [];
          return key === undefined ? [] : [[key, value.trim()] as const];
        }),
      ),
    );
}
