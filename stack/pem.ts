import { X509Certificate } from "node:crypto";
import { resolve } from "node:path";
import { readText } from "../lib/read-text";

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/**
 * Reads certificates from a PEM text, or from the file of that path.
 * @param root the folder that relative paths start from
 * @returns the certificates alone, or what was got instead; nothing of a text is in that, which may be a key
 */
export function readCertificates(value: string, root: string): { pem: string; got?: undefined } | { got: string } {
  const text = value.includes("-----BEGIN") ? value : textOf(resolve(root, value));
  return text === undefined ? { got: `no file ${resolve(root, value)}` } : certificatesIn(text);
}

/** @returns the certificates of a text, or what was got instead; nothing of the text is in that */
export function certificatesIn(text: string): { pem: string; got?: undefined } | { got: string } {
  const found = text.match(PEM) ?? [];
  if (found.length === 0) return { got: "text without a certificate" };
  try {
    for (const one of found) new X509Certificate(one);
    return { pem: found.join("\n") };
  } catch {
    return { got: "a certificate that cannot be read" };
  }
}

function textOf(path: string): string | undefined {
  try {
    return readText(path);
  } catch {
    return undefined;
  }
}
