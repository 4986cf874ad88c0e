import type { IncomingMessage, ServerResponse } from "node:http";
import { answerError } from "./answer";
import { EngineSilent, type EngineSocket, type Question } from "./engine-socket";

/**
 * Asks the engine for a client, and gives the answer to `pass`. The question ends when the client goes. No answer is
 * 503, one that cannot be passed on 502; where half of it is sent already, the connection ends. Never rejects.
 */
export async function relay(
  engine: EngineSocket,
  question: Question,
  response: ServerResponse,
  pass: (answer: IncomingMessage) => Promise<void> | void,
): Promise<void> {
  const gone = new AbortController();
  response.once("close", () => gone.abort());
  try {
    await pass(await engine.ask(question, gone.signal));
  } catch (error) {
    const silent = error instanceof EngineSilent;
    answerError(response, silent ? 503 : 502, silent ? error.message : "the engine's answer could not be passed on");
  }
}
