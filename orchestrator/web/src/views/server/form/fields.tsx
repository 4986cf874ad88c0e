import { ariaDescribedByIds, type FieldProps } from "@rjsf/utils";
import { type ReactNode, useState } from "react";
import { parseExactly } from "../../../../../../lib/exact-json";
import { TEXTS } from "../../../texts";
import { isWrong, jsonOf, marked, numberOf, typedText, wrong } from "./marks";

/** A number as it is typed: the browser's own field would make another one of what no double can hold. */
export function NumberField({ fieldPathId, formData, onChange, required, rawErrors }: FieldProps): ReactNode {
  return (
    <input
      id={fieldPathId.$id}
      type="text"
      inputMode="decimal"
      autoComplete="off"
      aria-required={required}
      aria-invalid={(rawErrors ?? []).length > 0}
      aria-describedby={ariaDescribedByIds(fieldPathId.$id)}
      value={typedText(formData)}
      onChange={({ target }) => onChange(numberOf(target.value), fieldPathId.path)}
    />
  );
}

/** A value of any kind, as JSON. */
export function JsonField({
  fieldPathId,
  formData,
  onChange,
  required,
  rawErrors,
  schema,
  name,
}: FieldProps): ReactNode {
  const [text, setText] = useState(() =>
    formData === undefined ? "" : isWrong(formData) ? typedText(formData) : jsonOf(formData),
  );
  const id = fieldPathId.$id;
  return (
    <>
      <label htmlFor={id}>
        {schema.title ?? name}
        {required && <span className="required">*</span>}
      </label>
      <p className="hint">{[schema.description, TEXTS.form.asJson].filter(Boolean).join(" ")}</p>
      <textarea
        id={id}
        spellCheck={false}
        rows={1}
        aria-required={required}
        aria-invalid={(rawErrors ?? []).length > 0}
        value={text}
        onChange={({ target }) => {
          setText(target.value);
          onChange(jsonValue(target.value), fieldPathId.path);
        }}
      />
    </>
  );
}

function jsonValue(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return marked(parseExactly(text));
  } catch {
    return wrong(text);
  }
}

/** In place of a value that is left out. */
export function NothingField(): ReactNode {
  return null;
}
