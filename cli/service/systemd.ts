import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "../../lib/atomic-file";
import { CliError, ExitCode } from "../errors";

/** How a unit is. */
export interface UnitState {
  unit: string;
  file: string;
  installed: boolean;
  /** Started at boot. */
  enabled: boolean;
  /** systemd's word: active, activating, inactive, failed. */
  state: string;
}

/** The units of this machine. */
export class Systemd {
  /** @param folder where an administrator's units are */
  constructor(
    private readonly folder = "/etc/systemd/system",
    private readonly isBooted = existsSync("/run/systemd/system"),
    private readonly isRoot = process.getuid?.() === 0,
  ) {}

  /** Writes a unit, has it started at boot, and now. @returns what that changed */
  install(unit: string, text: string): "created" | "changed" | "none" {
    const { file, installed } = this.toChange(unit);
    const change = !installed ? "created" : readFileSync(file, "utf8") === text ? "none" : "changed";
    if (change !== "none") writeAtomically(file, text, { mode: 0o644 });
    this.systemctl("daemon-reload");
    this.systemctl("enable", "--quiet", unit);
    this.systemctl(change === "changed" ? "restart" : "start", unit);
    return change;
  }

  /** Stops a unit and takes it away. @returns false when there was none */
  remove(unit: string): boolean {
    const { file, installed } = this.toChange(unit);
    if (!installed) return false;
    this.systemctl("disable", "--quiet", "--now", unit);
    rmSync(file);
    this.systemctl("daemon-reload");
    return true;
  }

  /** @throws CliError where systemd does not run */
  state(unit: string): UnitState {
    this.needBooted();
    const file = join(this.folder, unit);
    const shown = this.systemctl("show", "--property=ActiveState,UnitFileState", unit);
    const of = (name: string): string => new RegExp(`^${name}=(.*)$`, "m").exec(shown)?.[1] ?? "";
    return {
      ...{ unit, file, installed: existsSync(file) },
      ...{ enabled: of("UnitFileState") === "enabled", state: of("ActiveState") || "unknown" },
    };
  }

  private toChange(unit: string): { file: string; installed: boolean } {
    this.needBooted();
    if (!this.isRoot) throw new CliError("a unit of this machine needs root", ExitCode.Failed, AS_ROOT);
    const file = join(this.folder, unit);
    return { file, installed: existsSync(file) };
  }

  private needBooted(): void {
    if (!this.isBooted) throw new CliError("systemd does not run on this machine", ExitCode.Failed, WITHOUT_SYSTEMD);
  }

  private systemctl(...args: string[]): string {
    const { status, stdout, stderr, error } = spawnSync("systemctl", args, { encoding: "utf8" });
    if (status === 0) return stdout;
    throw new CliError(`systemctl ${args.join(" ")}: ${error?.message ?? stderr.trim()}`);
  }
}

const AS_ROOT =
  "run it as root; or, for a stack that is yours, put there what `bin/dind-mcp service install --print` prints";
const WITHOUT_SYSTEMD =
  "let what starts your services run `bin/dind-mcp service watch`; `service install --print` shows in which environment";
