import { fuzz } from "../../../support/fuzz/fuzz";

/** The suite makes the same choices each time. `bin/dind-mcp test --with fuzz` makes others, and prints its seed. */
const seed = process.env.DIND_MCP_FUZZ_SEED ?? "suite";
/** `bin/dind-mcp test --with fuzz` takes 600. */
const seconds = Number(process.env.DIND_MCP_FUZZ_SECONDS ?? 45);

describe("gateway: a fuzzer of servers and clients", () => {
  it(`finds nothing in ${seconds} s (seed ${seed})`, async () => {
    const { requests, rude, calls, worst, memory } = await fuzz(seed, seconds);
    console.log(
      `      ${requests} requests to evil servers, ${rude} of rude clients, ${calls} calls of a neighbour,`,
      `the slowest ${Math.round(worst)} ms; at most ${Math.round(memory / 2 ** 20)} MiB`,
    );
  }).timeout((seconds + 120) * 1_000);
});
