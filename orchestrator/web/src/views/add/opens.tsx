import type { ReactNode } from "react";
import type { Draft } from "../../api/types";
import { Facts } from "../../parts/facts";
import { Foreign } from "../../parts/foreign";
import { TEXTS } from "../../texts";

const { add: texts } = TEXTS;

/** What a server will be allowed beyond what every server is, before anything of it is built. */
export function Opens({ draft: { opens, manifest } }: { draft: Draft }): ReactNode {
  const runs = typeof manifest.image === "string" ? <Foreign>{manifest.image}</Foreign> : texts.built;
  return <OpensFacts opens={opens} runs={runs} />;
}

/** The same as a list. @param runs the image that it runs @default left out */
export function OpensFacts({ opens, runs }: { opens: Draft["opens"]; runs?: ReactNode }): ReactNode {
  const { egress, storage, mounts, secrets, other, limits } = opens;
  const all = (list: string[]): ReactNode => (list.length === 0 ? texts.nothing : <Foreign>{list.join(", ")}</Foreign>);
  const named = secrets.map(({ name, env, required }) => `${env ?? name}${required ? "" : ` (${texts.optional})`}`);
  return (
    <Facts
      all={{
        [texts.opens.runs]: runs,
        [texts.opens.egress]: all(egress),
        [texts.opens.storage]: all(storage),
        [texts.opens.mounts]: all(mounts),
        [texts.opens.secrets]: all(named),
        [texts.opens.other]: other.length === 0 ? undefined : all(other),
        [texts.opens.limits]: limits && texts.limits(limits.cpus, limits.memory, limits.processes),
      }}
    />
  );
}
