// The package's own entry asks for a validator that compiles schemas, for its tests.
// biome-ignore lint/style/noRestrictedImports: a folder of the package, not ours
import Form from "@rjsf/core/lib/components/Form.js";
import type { Experimental_DefaultFormStateBehavior, RegistryFieldsType, UiSchema } from "@rjsf/utils";
import { type ReactNode, useId, useMemo, useState } from "react";
import { TEXTS } from "../../../texts";
import { argumentsOf } from "./arguments";
import { JsonField, NothingField, NumberField } from "./fields";
import type { Part } from "./form-schema";
import { templates, translated } from "./templates";
import { validator } from "./validator";

const FIELDS: RegistryFieldsType = { JsonField, NothingField, NumberField };
/** What a form has filled in before anybody touches it: the server's own defaults, and nothing of its own. */
const DEFAULTS: Experimental_DefaultFormStateBehavior = {
  constAsDefaults: "never",
  arrayMinItems: { populate: "requiredOnly" },
};
const GLOBAL: UiSchema = { "ui:globalOptions": { enableOptionalDataFieldForType: ["object"], copyable: false } };

/** The errors are shown; without this the library logs them too. */
const NOT_LOGGED = (): void => {};

/** The form of a tool's arguments. */
export default function ToolForm({
  part,
  data,
  isBusy,
  onChange,
  onCall,
}: {
  part: Part;
  data: unknown;
  isBusy: boolean;
  onChange: (data: unknown) => void;
  /** @param text the arguments as JSON */
  onCall: (text: string) => void;
}): ReactNode {
  const prefix = useId();
  const [given, setGiven] = useState(data);
  const ui = useMemo(() => ({ ...part.ui, ...GLOBAL }), [part]);
  return (
    <Form
      className="tool-form"
      idPrefix={prefix}
      schema={part.schema}
      uiSchema={ui}
      formData={given}
      validator={validator}
      fields={FIELDS}
      templates={templates}
      translateString={translated}
      showErrorList="bottom"
      noHtml5Validate
      experimental_defaultFormStateBehavior={DEFAULTS}
      onChange={({ formData }) => {
        setGiven(formData);
        onChange(formData);
      }}
      onError={NOT_LOGGED}
      onSubmit={({ formData }) => onCall(argumentsOf(formData, part.schema))}
    >
      {Object.keys(part.schema.properties ?? {}).length === 0 && <p className="hint">{TEXTS.form.none}</p>}
      <button type="submit" className="primary" disabled={isBusy}>
        {TEXTS.tools.call}
      </button>
    </Form>
  );
}
