import { desktop } from "./desktop";

const begun = Date.now();
const say = (text: string): void => console.log(`[${Math.round((Date.now() - begun) / 1_000)} s] ${text}`);

/** Rejects when a signal comes: the stack is removed before the process ends. */
const interrupted = new Promise<never>((_, reject) => {
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => reject(new Error(`ended by ${signal}`)));
});
interrupted.catch(() => {});

desktop(say, interrupted).then(
  (wrong) => {
    console.log(wrong.length === 0 ? "the user's file works" : wrong.join("\n"));
    process.exitCode = wrong.length === 0 ? 0 : 1;
  },
  (error: Error) => {
    console.error(error.stack);
    process.exit(1); // after a signal what was under way may still wait for something
  },
);
