import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, delimiter, join } from "node:path";
import { stringify } from "yaml";
import { must, type Result, run } from "./command";
import type { Fleet } from "./fleet";
import { ROOT } from "./stack";

let count = 0;

/** A stack of one of the example projects, in the backend of the fleet that it reads. */
export class Consumer {
  readonly #config: Record<string, unknown> = {};

  private constructor(
    /** Of the project, in the repository. */
    readonly project: string,
    readonly name: string,
    /** Holds the config file, and what the project writes. */
    readonly folder: string,
    readonly env: NodeJS.ProcessEnv,
  ) {}

  /** @param project its folder in examples @param more of the environment */
  static async create(fleet: Fleet, project: string, more: NodeJS.ProcessEnv = {}): Promise<Consumer> {
    const name = `mcp-test-consumer-${process.pid}-${++count}`;
    const folder = await mkdtemp(join(tmpdir(), `${name}-`));
    // The dynamic provider's plugin comes with the official CLI, and with the SDK: the stand-in CLI finds that one.
    const path = [process.env.PATH, join(ROOT, "node_modules/@pulumi/pulumi")].join(delimiter);
    const env = { ...fleet.stack.env, PATH: path, ...more };
    const consumer = new Consumer(join(ROOT, "examples", project), name, folder, env);
    // In a copy of the project: `stack init` writes into the stack's file.
    await copyFile(join(consumer.project, "Pulumi.yaml"), join(folder, "Pulumi.yaml"));
    await must("pulumi", ["stack", "init", name], { cwd: folder, env });
    await consumer.configure({ stack: `organization/dind-mcp/${fleet.stack.name}` });
    return consumer;
  }

  get mcpJson(): string {
    return join(this.folder, "mcp.json");
  }

  /** Sets config values; `undefined` removes one. */
  async configure(values: Record<string, unknown>): Promise<void> {
    const namespaced = Object.entries(values).map(([key, value]) => [
      `dind-mcp-${basename(this.project)}:${key}`,
      value,
    ]);
    Object.assign(this.#config, Object.fromEntries(namespaced));
    const file = join(this.folder, `Pulumi.${this.name}.yaml`);
    const salt = /^encryptionsalt:.*$/m.exec(await readFile(file, "utf8"))?.[0] ?? "";
    await writeFile(file, `${salt}\n${stringify({ config: JSON.parse(JSON.stringify(this.#config)) })}`);
  }

  /** Runs a pulumi command on the stack; `up` and `destroy` without questions. */
  pulumi(command: "up" | "destroy" | "stack", ...args: string[]): Promise<Result> {
    const more =
      command === "stack"
        ? []
        : ["--yes", "--skip-preview", "--config-file", join(this.folder, `Pulumi.${this.name}.yaml`)];
    const all = [command, ...args, ...more, "--non-interactive", "--stack", this.name];
    return run("pulumi", all, { cwd: this.project, env: this.env });
  }

  /** Like `pulumi`, but a failure is an error that shows what Pulumi printed. */
  async must(...command: Parameters<Consumer["pulumi"]>): Promise<string> {
    const { code, stdout, stderr } = await this.pulumi(...command);
    if (code !== 0) throw new Error(`pulumi ${command.join(" ")}: exit ${code}\n${stdout}${stderr}`);
    return stdout;
  }

  /** What the host engine has of it: containers, volumes, images. */
  async onHost(): Promise<string[]> {
    const lists = [
      ["container", "ls", "-a", "--format", "{{.Names}}"],
      ["volume", "ls", "--format", "{{.Name}}"],
      ["image", "ls", "--format", "{{.Repository}}"],
    ];
    const names = await Promise.all(lists.map((args) => must("docker", args)));
    return names.flatMap((text) => text.split("\n")).filter((name) => name.includes(this.name));
  }

  /** Destroys the stack and forgets it. @throws Error when `destroy` failed */
  async remove(): Promise<void> {
    try {
      await this.must("destroy");
      await must("pulumi", ["stack", "rm", "--yes", this.name], { cwd: this.folder, env: this.env });
    } finally {
      await rm(this.folder, { recursive: true, force: true });
    }
  }
}
