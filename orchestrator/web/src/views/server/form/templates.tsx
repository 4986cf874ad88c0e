import {
  type DescriptionFieldProps,
  type ErrorListProps,
  type IconButtonProps,
  type MultiSchemaFieldTemplateProps,
  type OptionalDataControlsTemplateProps,
  type TemplatesType,
  TranslatableString,
} from "@rjsf/utils";
import type { ReactNode } from "react";
import { TEXTS } from "../../../texts";

/** A button with words: the library's own have signs of a font that is not here. */
const button =
  (text: string) =>
  ({ id, onClick, disabled }: IconButtonProps): ReactNode => (
    <button id={id} type="button" onClick={onClick} disabled={disabled}>
      {text}
    </button>
  );

function Description({ id, description }: DescriptionFieldProps): ReactNode {
  return description ? (
    <p id={id} className="hint">
      <bdi>{description}</bdi>
    </p>
  ) : null;
}

function Errors({ errors }: ErrorListProps): ReactNode {
  return (
    <div role="alert" className="problem">
      <strong>{TEXTS.form.notSent}</strong>
      <ul>
        {errors.map(({ stack }) => (
          <li key={stack}>{stack}</li>
        ))}
      </ul>
    </div>
  );
}

/** The list of kinds is named by the words around it. */
function Kinds({ selector, optionSchemaField }: MultiSchemaFieldTemplateProps): ReactNode {
  return (
    <div className="kinds">
      {/* biome-ignore lint/a11y/noLabelWithoutControl: the control is the selector */}
      <label>
        {TEXTS.form.kind} {selector}
      </label>
      {optionSchemaField}
    </div>
  );
}

function Optional({ id, label, onAddClick, onRemoveClick }: OptionalDataControlsTemplateProps): ReactNode {
  const onClick = onAddClick ?? onRemoveClick;
  return onClick ? (
    <button id={id} type="button" onClick={onClick}>
      {onAddClick ? TEXTS.form.give : TEXTS.form.leaveOut}
    </button>
  ) : (
    <em id={id}>{label}</em>
  );
}

const { form } = TEXTS;

/** How the parts of a form look that are not the browser's own. */
export const templates: Partial<TemplatesType> = {
  DescriptionFieldTemplate: Description,
  ErrorListTemplate: Errors,
  MultiSchemaFieldTemplate: Kinds,
  OptionalDataControlsTemplate: Optional,
  ButtonTemplates: {
    SubmitButton: () => null,
    AddButton: button(form.add),
    CopyButton: button(form.copy),
    MoveDownButton: button(form.down),
    MoveUpButton: button(form.up),
    RemoveButton: button(form.remove),
    ClearButton: button(form.clear),
  },
};

const WORDS: Partial<Record<TranslatableString, string>> = {
  [TranslatableString.YesLabel]: form.yes,
  [TranslatableString.NoLabel]: form.no,
  [TranslatableString.ArrayItemTitle]: form.item,
};

/** The library's words, of which the page's own take the place. */
export function translated(text: TranslatableString, parameters: string[] = []): string {
  return parameters.reduce<string>((all, one, index) => all.replace(`%${index + 1}`, () => one), WORDS[text] ?? text);
}
