import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { must } from "../../support/fleet/command";

const KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];

/** Python 3.13 takes no certificate without them. */
const CA_USE = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"];
const IDENTIFIERS = "authorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n";

/**
 * Makes an authority (`ca.pem`) in a folder, and a certificate of it for hosts (`cert.pem`, `key.pem`), for two days.
 */
export async function makeCertificates(folder: string, hosts: string[]): Promise<void> {
  const openssl = (...args: string[]) => must("openssl", args, { cwd: folder });
  await openssl(
    "req",
    "-x509",
    ...KEY,
    "-days",
    "2",
    "-subj",
    "/CN=test",
    ...CA_USE,
    "-keyout",
    "ca.key",
    "-out",
    "ca.pem",
  );
  await openssl("req", ...KEY, "-subj", "/CN=site", "-keyout", "key.pem", "-out", "site.csr");
  await writeFile(
    join(folder, "names"),
    `subjectAltName=${hosts.map((host) => `DNS:${host}`).join(",")}\n${IDENTIFIERS}`,
  );
  const by = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
  await openssl("x509", "-req", "-in", "site.csr", ...by, "-days", "2", "-extfile", "names", "-out", "cert.pem");
}
