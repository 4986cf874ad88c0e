import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import { EvilServer, heardIn, saidTo } from "./evil-server";

/** Lines that are none of MCP's. */
const NOISE = [
  "Server started on stdio",
  "",
  "{",
  "[]",
  "null",
  "Content-Length: 20\r\n\r",
  "\ufeff",
  '{"level":"info"}',
];

/** Lines over a socket of mcp-init's kind: framed as they should be, or otherwise. */
export class EvilStdio extends EvilServer {
  async listen(): Promise<string> {
    await this.start({ path: this.path });
    return this.path;
  }

  protected serve(socket: Socket): void {
    if (this.random.chance(0.1)) socket.write(`${this.random.pick(NOISE)}\n`);
    createInterface(socket)
      .on("error", () => {}) // it says the socket's again
      .on("line", (line) => {
        const heard = heardIn(line);
        if (heard) void this.write(socket, this.#framed(saidTo(this.random, this.era, heard)));
      });
  }

  #framed(said: (string | Buffer)[]): (string | Buffer)[] {
    const { random } = this;
    const texts = random.chance(0.03) ? [`[${said.join(",")}]`] : said;
    return texts.flatMap((text) => {
      const end = random.chance(0.9) ? "\n" : random.pick(["\r\n", "", "\r", "\n\n", "\0\n", "\u2028\n"]);
      const whole = random.chance(0.03) ? String(text).replaceAll(",", ",\n  ") : text;
      const noise = random.chance(0.03) ? `${random.pick(NOISE)}\n` : "";
      return [noise, whole, end];
    });
  }
}
