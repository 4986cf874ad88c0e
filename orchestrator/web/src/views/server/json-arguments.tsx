import { type ReactNode, useId, useState } from "react";
import { Problem } from "../../parts/state";
import { TEXTS } from "../../texts";
import { dataOf } from "./form/arguments";

const { tools: texts } = TEXTS;
const ROWS = 12;

/** A tool's arguments as a JSON text, which is sent as it is. */
export function JsonArguments({
  text,
  isBusy,
  onChange,
  onCall,
}: {
  text: string;
  isBusy: boolean;
  onChange: (text: string) => void;
  onCall: (text: string) => void;
}): ReactNode {
  const field = useId();
  const [error, setError] = useState<unknown>(undefined);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        try {
          dataOf(text);
          setError(undefined);
          onCall(text);
        } catch (wrong) {
          setError(wrong);
        }
      }}
    >
      <label htmlFor={field}>{texts.arguments}</label>
      <textarea
        id={field}
        spellCheck={false}
        rows={Math.min(ROWS, text.split("\n").length + 1)}
        value={text}
        onChange={({ target }) => onChange(target.value)}
      />
      <button type="submit" className="primary" disabled={isBusy}>
        {texts.call}
      </button>
      {error !== undefined && <Problem error={error} />}
    </form>
  );
}
