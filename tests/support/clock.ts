import { mock } from "node:test";
import { setImmediate as turn } from "node:timers/promises";

/** Does something for which time passes at once: what waits with setTimeout does not wait. */
export async function fastForward<T>(work: () => Promise<T>): Promise<T> {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    let over = false;
    const result = work().finally(() => {
      over = true;
    });
    while (!over) {
      await turn();
      mock.timers.tick(100);
    }
    return await result;
  } finally {
    mock.timers.reset();
  }
}
