import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { catalogQuery } from "../../api/queries";
import type { CatalogOffer } from "../../api/types";
import { Foreign, foreign, SHOWN } from "../../parts/foreign";
import { Empty, Loaded } from "../../parts/state";
import { TEXTS } from "../../texts";
import { OpensFacts } from "./opens";

const { catalog: texts } = TEXTS;

/** Servers of the catalog here that the stack does not run; with a word only those that have it. */
export function CatalogOffers({ word }: { word: string }): ReactNode {
  const wanted = word.toLowerCase();
  return (
    <section aria-label={texts.title}>
      <h2>{texts.title}</h2>
      <Loaded query={useQuery(catalogQuery)}>
        {(all) => {
          const shown = all.filter(({ name, title = "", description }) =>
            [name, title, description].some((text) => text.toLowerCase().includes(wanted)),
          );
          if (shown.length === 0) return <Empty>{all.length === 0 ? texts.empty : texts.none}</Empty>;
          return shown.map((offer) => <Offer key={offer.name} offer={offer} />);
        }}
      </Loaded>
    </section>
  );
}

function Offer({ offer: { name, title, description, version, opens, steps } }: { offer: CatalogOffer }): ReactNode {
  return (
    <details className="card">
      <summary>
        <strong>{name}</strong> <span className="hint">{foreign(version, 40)}</span>
        <div className="hint">
          <Foreign>{title === undefined || title === name ? description : `${title}: ${description}`}</Foreign>
        </div>
      </summary>
      <h3>{TEXTS.add.allowed}</h3>
      <OpensFacts opens={opens} />
      <h3>{texts.steps}</h3>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <pre className="text" tabIndex={0}>
        {foreign(steps.join("\n"), SHOWN)}
      </pre>
    </details>
  );
}
