import { key } from "../key";
import { flag, text } from "../parts";

/** The engine's six volumes on the host engine. */
export const volumeKeys = {
  volumePrefix: key(
    text.regex(/^([a-zA-Z0-9][a-zA-Z0-9_.-]*)?$/, "the beginning of a volume name, or nothing").default(""),
    {
      meaning: "Put in front of the six volume names, so that several stacks share a host.",
      more: "The names are `mcp-engine`, `mcp-certs` and so on.",
      example: "second-",
    },
  ),
  retainVolumes: key(flag.default(false), {
    meaning: "Keep the volumes, and so all data and built images, when the stack is destroyed.",
    example: true,
  }),
  protectVolumes: key(flag.default(false), {
    meaning: "Refuse to delete the volumes until this is `false` again: `destroy` fails.",
    more: "For stacks in production.",
    example: true,
  }),
};
