import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { must } from "../fleet/command";

const KINDS = ["server", "client", "stranger", "nobody"];

/**
 * An authority, the engine's certificate and a client's, as files under the names that the engine (`server/`) and the docker
 * command line look for: `client/`, `stranger/` (signed by another authority) and `nobody/` (without a certificate).
 */
export async function makeCertificates(folder: string): Promise<void> {
  for (const kind of KINDS) await mkdir(join(folder, kind), { recursive: true });
  const openssl = (...args: string[]) => must("openssl", args, { cwd: folder });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"];
  const authority = (name: string) =>
    openssl("req", "-x509", ...key, "-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.pem`);
  const leaf = async (ca: string, usage: string, names: string, keyOut: string, out: string) => {
    await openssl("req", ...key.slice(0, 5), "-subj", `/CN=${usage}`, "-keyout", keyOut, "-out", "leaf.csr");
    await writeFile(join(folder, "leaf.ext"), `extendedKeyUsage=${usage}\n${names}`);
    const sign = [
      "-req",
      "-in",
      "leaf.csr",
      "-CA",
      `${ca}.pem`,
      "-CAkey",
      `${ca}.key`,
      "-CAcreateserial",
      "-days",
      "2",
    ];
    await openssl("x509", ...sign, "-extfile", "leaf.ext", "-out", out);
  };
  await authority("ca");
  await authority("other");
  const names = "subjectAltName=IP:127.0.0.1,DNS:localhost\n";
  await leaf("ca", "serverAuth", names, "server/server-key.pem", "server/server-cert.pem");
  await leaf("ca", "clientAuth", "", "client/key.pem", "client/cert.pem");
  await leaf("other", "clientAuth", "", "stranger/key.pem", "stranger/cert.pem");
  for (const kind of KINDS) await must("cp", ["ca.pem", `${kind}/ca.pem`], { cwd: folder });
}
