import { useMutation } from "@tanstack/react-query";
import { type ReactNode, useId, useState } from "react";
import { paths } from "../../../../../api/paths";
import { post } from "../../api/client";
import type { Tool } from "../../api/types";
import { Problem } from "../../parts/state";
import { TEXTS } from "../../texts";
import { example } from "./example";
import { type CallResult, Result } from "./result";

const { tools: texts } = TEXTS;

/** Calls a tool with arguments that somebody writes. */
export function TryTool({ server, tool }: { server: string; tool: Tool }): ReactNode {
  const field = useId();
  const [text, setText] = useState(() => JSON.stringify(example(tool.definition.inputSchema), null, 2));
  const call = useMutation({
    mutationFn: () => post<CallResult>(paths.call(server, tool.name), { arguments: parsed(text) }),
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        call.mutate();
      }}
    >
      <h3>{texts.try}</h3>
      <label htmlFor={field}>{texts.arguments}</label>
      <textarea
        id={field}
        spellCheck={false}
        rows={Math.min(12, text.split("\n").length + 1)}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <button type="submit" className="primary" disabled={call.isPending}>
        {texts.call}
      </button>
      {call.error && <Problem error={call.error} />}
      {call.data && <Result of={call.data} />}
    </form>
  );
}

/** @throws Error with what is wrong with the text */
function parsed(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${texts.notJson}: ${(error as Error).message}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error(texts.notMapping);
  return value;
}
