import { text } from "../parts";

export const dockerName = text.regex(
  /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/,
  "a name of letters, digits, '_', '.' and '-', without a slash",
);
