import { PolicyPack } from "@pulumi/policy";
import { PACK_NAME, policies } from "./pack";

// A pack's version is read from the package.json of the working folder, which with some language hosts is the program's.
process.chdir(__dirname);

/** What `--policy-pack` serves. A violation stops preview and update, unless the stack's policy config says otherwise. */
new PolicyPack(PACK_NAME, { enforcementLevel: "mandatory", policies: policies.map(({ policy }) => policy) });
