import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { mustCli, type TestStack } from "./stack";

/** `service watch` as systemd would run it: the unit's own line, in the unit's environment and no other. */
export class Watched {
  /** What it said so far, `up` and all. */
  text = "";
  private readonly ended: Promise<number | null>;

  private constructor(private readonly child: ChildProcess) {
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (data) => (this.text += data));
    this.ended = new Promise((resolve) => child.on("close", resolve));
  }

  /** Starts it, with shorter waits than the unit's. */
  static async start(stack: TestStack): Promise<Watched> {
    const secrets = join(stack.folder, `${stack.name}.env`);
    const passphrase = `PULUMI_CONFIG_PASSPHRASE=${stack.env.PULUMI_CONFIG_PASSPHRASE}`;
    writeFileSync(secrets, `${passphrase}\n`, { mode: 0o600 });
    const unit = await mustCli(stack, "service", "install", "--print");
    const values = (key: string) =>
      [...unit.matchAll(new RegExp(`^${key}=-?(.*)$`, "gm"))].map(([, value = ""]) => value);
    const words = (line = "") => [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, one, other]) => one ?? other ?? "");
    const fromFiles = values("EnvironmentFile").flatMap((file) => readFileSync(file, "utf8").trim().split("\n"));
    const environment = [...values("Environment").flatMap(words), ...fromFiles];
    const [program = "", ...args] = words(values("ExecStart")[0]);
    const env = Object.fromEntries(environment.map((one) => one.split(/=(.*)/s)));
    return new Watched(spawn(program, [...args, "--every", "1", "--after", "3"], { env, cwd: "/" }));
  }

  /** Ends it as systemd does. @returns its exit code */
  async stop(): Promise<number | null> {
    this.child.kill("SIGTERM");
    return await this.ended;
  }
}
