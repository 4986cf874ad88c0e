import childProcess from "node:child_process";
import { mock } from "node:test";

/** From here on, whoever starts a process gets an error. So unit tests run on every machine, and fast. */
export function refuseProcesses(): void {
  for (const start of ["spawn", "spawnSync", "exec", "execSync", "execFile", "execFileSync", "fork"] as const) {
    mock.method(childProcess, start, (program: string) => {
      throw new Error(`a unit test starts no process, got ${start} of ${program}. To fix: move it to tests/component`);
    });
  }
}
