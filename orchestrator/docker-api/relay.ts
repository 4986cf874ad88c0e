import type { IncomingMessage, ServerResponse } from "node:http";
import { answerError } from "./answer";
import { EngineSilent, type EngineSocket, type Question } from "./engine-socket";

/**
 * Sends a client's request to the engine, and hands the answer to `pass`. The request ends when the client leaves.
 * Answers 503 when the engine is silent, and 502 when its answer cannot be passed on; ends the connection when half of
 * the answer is sent already. Never rejects.
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
