import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { dockerAt } from "../../lib/docker-client";
import { ExitCode } from "../errors";
import { note } from "../output";
import { projectFolder, stackName } from "../project";
import { stackSettings } from "../stack/settings";
import { Judge, Seen } from "./judge";
import { look } from "./look";

/** How a stack is watched. */
export interface WatchOptions {
  /** Seconds between two looks. */
  every: number;
  /** Seconds that the engine or the orchestrator has to be down before `up` runs. */
  after: number;
}

/** Looks after the stack until a signal ends it: runs `up` when its engine or its orchestrator is down. */
export async function watch({ every, after }: WatchOptions): Promise<never> {
  const heal = healer();
  const judge = new Judge(after);
  let docker = dockerAt((await stackSettings()).hostEngine);
  note(`watching the stack ${stackName()}`);
  for (let before: Seen = Seen.Running; ; ) {
    const seen = await look(docker);
    if (seen === Seen.Down && before !== Seen.Down) note("the engine or the orchestrator does not run");
    if (seen === Seen.Running && before === Seen.Down) note("engine and orchestrator run again");
    before = seen;
    if (judge.isDue(seen, seconds())) {
      const code = await heal();
      const pause = judge.tried(seconds());
      note(
        code === ExitCode.Ok || code === ExitCode.Different // a server is not healthy: another up would not mend it
          ? "up has ended"
          : `up has failed with exit code ${code}; the next try is in ${pause} s at the earliest`,
      );
      docker = dockerAt((await stackSettings()).hostEngine); // the config may name another one by now
    }
    await new Promise((resolve) => setTimeout(resolve, every * 1_000));
  }
}

const seconds = (): number => performance.now() / 1_000;

/** Runs `up`. A signal ends it as Ctrl-C would, and then us. */
function healer(): () => Promise<number | null> {
  let up: ChildProcess | undefined;
  let stopping = false;
  const stop = (): void => {
    stopping = true;
    if (up) up.kill("SIGTERM");
    else process.exit();
  };
  process.on("SIGTERM", stop).on("SIGINT", stop);
  return () =>
    new Promise((resolve, reject) => {
      note("bringing the stack up");
      const launcher = join(projectFolder(), "bin/dind-mcp");
      up = spawn(launcher, ["up", "--stack", stackName()], { stdio: ["ignore", "inherit", "inherit"] });
      up.on("error", reject).on("close", (code) => {
        up = undefined;
        if (stopping) process.exit();
        resolve(code);
      });
    });
}
