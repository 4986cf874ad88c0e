import { useMutation } from "@tanstack/react-query";
import { lazy, type ReactNode, Suspense, useMemo, useState } from "react";
import { paths } from "../../../../../api/paths";
import { postText } from "../../api/client";
import type { Tool } from "../../api/types";
import { OrInstead } from "../../parts/or-instead";
import { Problem } from "../../parts/state";
import { TEXTS } from "../../texts";
import { example } from "./example";
import { argumentsOf, dataOf } from "./form/arguments";
import { formOf } from "./form/form-schema";
import { jsonOf, marked } from "./form/marks";
import { JsonArguments } from "./json-arguments";
import { type CallResult, Result } from "./result";

const { tools: texts } = TEXTS;

/** The form and its library, loaded when the first tool is opened: the page's first load does without. */
const ToolForm = lazy(() => import("./form/tool-form").catch(() => ({ default: Unloaded })));

/** In its place when the orchestrator does not answer, or has another version of the page by now. */
function Unloaded(): ReactNode {
  return <p className="reason">{TEXTS.form.unloaded}</p>;
}

/** Calls a tool with arguments that somebody fills in, in a form or as JSON. */
export function TryTool({ server, tool }: { server: string; tool: Tool }): ReactNode {
  const { inputSchema } = tool.definition;
  const form = useMemo(() => formOf(inputSchema), [inputSchema]);
  const isForm = "schema" in form;
  const [mode, setMode] = useState<"form" | "json">(isForm ? "form" : "json");
  const [data, setData] = useState<unknown>(undefined);
  const [text, setText] = useState(() => jsonOf(marked(example(inputSchema))));
  const call = useMutation({
    mutationFn: (given: string) => postText<CallResult>(paths.call(server, tool.name), `{"arguments":${given}}`),
  });
  const turn = useMutation({
    mutationFn: async () => {
      if (mode === "form" && isForm && data !== undefined) setText(argumentsOf(data, form.schema));
      if (mode === "json") setData(dataOf(text));
      setMode(mode === "form" ? "json" : "form");
    },
  });
  return (
    <section aria-label={texts.try}>
      <div className="bar">
        <h2>{texts.try}</h2>
        {isForm && (
          <button type="button" className="plain" onClick={() => turn.mutate()}>
            {mode === "form" ? TEXTS.form.toJson : TEXTS.form.toForm}
          </button>
        )}
      </div>
      {!isForm && <p className="hint">{form.reason}</p>}
      {isForm && mode === "form" ? (
        <OrInstead instead={<p className="reason">{TEXTS.form.broken}</p>}>
          <Suspense fallback={<p className="empty">{TEXTS.loading}</p>}>
            <ToolForm part={form} data={data} isBusy={call.isPending} onChange={setData} onCall={call.mutate} />
          </Suspense>
        </OrInstead>
      ) : (
        <JsonArguments text={text} isBusy={call.isPending} onChange={setText} onCall={call.mutate} />
      )}
      {turn.error && <Problem error={turn.error} />}
      {call.error && <Problem error={call.error} />}
      {call.data && <Result of={call.data} />}
    </section>
  );
}
