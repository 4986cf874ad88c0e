import type { FastifyRequest } from "fastify";
import { LineCounter, parseDocument } from "yaml";
import { InvalidInput } from "../http/problem";

/** Aliases a document may expand to: enough for any manifest, too few for a bomb. */
const ALIASES = 50;

/** Reads a YAML body. @throws InvalidInput with every mistake of it and its line */
function parseYaml(text: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const findings = document.errors.map(({ message, linePos }) => ({
    path: linePos ? [`line ${linePos[0].line}`] : [],
    got: (message.split("\n")[0] ?? "").replace(/ at line \d+, column \d+:?$/, ""),
    expected: "valid YAML",
  }));
  if (findings.length > 0) throw new InvalidInput(400, findings);
  try {
    return document.toJS({ maxAliasCount: ALIASES });
  } catch (error) {
    throw new InvalidInput(400, [
      { path: [], got: (error as Error).message, expected: "YAML without so many aliases" },
    ]);
  }
}

/** The same, as Fastify calls parsers of bodies. */
export function readYaml(
  _request: FastifyRequest,
  body: string | Buffer,
  done: (error: Error | null, body?: unknown) => void,
): void {
  try {
    done(null, parseYaml(body.toString()));
  } catch (error) {
    done(error as Error);
  }
}
