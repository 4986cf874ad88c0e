import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Settings } from "../config/settings";
import { type Problem, ProblemsError } from "../lib/problems";
import { readCertificates } from "./pem";

/**
 * The config of Consul with the texts of its certificates in place of their files' paths.
 * @param root the folder that relative paths start from
 * @throws ProblemsError for each that is no certificate, and for a key that is not the certificate's
 */
export function withCertificates(
  { consul, consulKey }: Pick<Settings, "consul" | "consulKey">,
  root: string,
  settingsFile: string,
): Settings["consul"] {
  if (!consul?.tls) return consul;
  const problems: Problem[] = [];
  const tls = { ...consul.tls };
  for (const field of ["ca", "certificate"] as const) {
    const value = tls[field];
    if (value === undefined) continue;
    const read = readCertificates(value, root);
    if (read.got === undefined) tls[field] = read.pem;
    else {
      const fix = "name the certificate's file, or put its text there";
      const expected = "PEM certificates";
      problems.push({ file: settingsFile, path: `consul.tls.${field}`, got: read.got, expected, fix });
    }
  }
  if (problems.length === 0 && tls.certificate !== undefined && !belongs(consulKey, tls.certificate)) {
    const got = "another key, or none that can be read";
    problems.push({ file: settingsFile, path: "consulKey", got, expected: "the key of consul.tls.certificate, PEM" });
  }
  if (problems.length > 0) throw new ProblemsError(problems);
  return { ...consul, tls };
}

function belongs(key: string, certificate: string): boolean {
  try {
    return new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}
