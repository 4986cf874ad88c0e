import { z } from "zod";
import { pattern } from "../../lib/schema-parts";
import { FOLDER_NAME } from "../../manifest/lent-folders";
import { field, key } from "../key";
import { flag, list } from "../parts";

/** As Docker takes a folder of the host: a colon would end it. */
const path = pattern(
  /^(\/|(\/(?!\.{1,2}(\/|$))[^/:\p{Cc}]+)+)$/u,
  "an absolute path like /home/me/code: no '..', no ':', no '/' at the end",
);

const folder = z.strictObject(
  {
    path: field(path, {
      kind: "absolute path",
      meaning: "The folder on the host, by its own path: none of its parts is a link.",
    }),
    access: field(z.enum(["read-only", "read-write"], "read-only or read-write").default("read-only"), {
      meaning: "What servers may do in it, whatever their manifests ask for.",
    }),
    servers: field(
      list(pattern(/^[a-z0-9][a-z0-9-]*$/, "a server's name"), "a list of names").min(1, "at least one server"),
      { kind: "list of names", meaning: "Servers of the catalog that get it. Each has to mount it." },
    ),
    wholeHome: field(flag.default(false), {
      meaning: "Lend a whole home folder, with the keys and passwords in it.",
    }),
  },
  "a mapping with path and servers",
);

/** Folders of the host that servers get. */
export const folderKeys = {
  folders: key(z.record(pattern(...FOLDER_NAME), folder, "a mapping of names to folders").default({}), {
    kind: "mapping by name",
    meaning: "Folders of the host, lent to servers.",
    more: "A change replaces the engine container; servers and their data come back.",
    see: "[Folders of the host](manifests.md#folders-of-the-host)",
    example: { code: { path: "/home/me/code", access: "read-write", servers: ["files", "git"] } },
  }),
};
