import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { paths } from "../../../../api/paths";
import { post } from "../api/client";
import { cleanupQuery, engineQuery, tokenQuery } from "../api/queries";
import type { Engine } from "../api/types";
import { Confirm } from "../parts/confirm";
import { Facts } from "../parts/facts";
import { bytes, moment } from "../parts/format";
import { Prose } from "../parts/prose";
import { Loaded, Problem } from "../parts/state";
import { TEXTS } from "../texts";

const { engine: texts, fleet } = TEXTS;
const DAY_MS = 86_400_000;

/** The engine: what it is, what fills its disk, what in it nobody owns. */
export function EngineCard(): ReactNode {
  return (
    <details className="card">
      <summary>{fleet.engine}</summary>
      <Loaded query={useQuery(engineQuery)}>{(engine) => <EngineFacts engine={engine} />}</Loaded>
      <Orphans />
    </details>
  );
}

function EngineFacts({ engine }: { engine: Engine }): ReactNode {
  const { version, apiVersion, kernel, cpus, memory, containers, images, disk, storageDriver, liveRestore } = engine;
  const parts = disk && Object.entries(texts.diskParts).map(([key, word]) => `${bytes(disk[key as "images"])} ${word}`);
  const { isolation, certificates } = engine;
  return (
    <>
      <Facts
        all={{
          [texts.docker]: `${version} (API ${apiVersion})`,
          [texts.kernel]: kernel,
          [texts.processors]: cpus,
          [texts.memory]: bytes(memory),
          [texts.containers]: `${containers.running} ${fleet.running}, ${containers.stopped} stopped`,
          [texts.images]: images,
          [texts.disk]: parts?.join(", ") ?? texts.counting,
          [texts.storage]: storageDriver,
          [texts.restart]: liveRestore ? texts.yes : texts.no,
          [texts.isolation]: isolation.join(", ") || texts.no,
          [texts.certificates.server]: endOf(certificates.server),
          [texts.certificates.client]: endOf(certificates.client),
        }}
      />
      <p className="hint">
        <Prose>{texts.host}</Prose>
      </p>
    </>
  );
}

/** An end, and how many days are left; undefined when it is not known. */
function endOf(time: string | undefined): string | undefined {
  return time && texts.left(moment(time), Math.floor((Date.parse(time) - Date.now()) / DAY_MS));
}

function Orphans(): ReactNode {
  const queries = useQueryClient();
  const plan = useQuery(cleanupQuery);
  const { data: token } = useQuery(tokenQuery);
  const [isAsked, setAsked] = useState(false);
  const clean = useMutation({
    mutationFn: () => post(paths.cleanup, { dryRun: false }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["cleanup"] }),
  });
  return (
    <Loaded query={plan}>
      {({ items }) => (
        <>
          <h2>{items.length === 0 ? fleet.cleanupNone : `${fleet.cleanup}: ${items.length}`}</h2>
          <ul>
            {items.map(({ kind, id, name, reason }) => (
              <li key={`${kind} ${id}`}>{`${kind} ${name}: ${reason}`}</li>
            ))}
          </ul>
          {items.length > 0 && token?.scopes.includes("admin") && (
            <button type="button" disabled={clean.isPending} onClick={() => setAsked(true)}>
              {fleet.cleanupButton}
            </button>
          )}
          {clean.error && <Problem error={clean.error} />}
          {isAsked && (
            <Confirm
              title={fleet.cleanupButton}
              text={fleet.cleanupAsk}
              action={fleet.cleanupButton}
              onAnswer={(isYes) => {
                setAsked(false);
                if (isYes) clean.mutate();
              }}
            />
          )}
        </>
      )}
    </Loaded>
  );
}
