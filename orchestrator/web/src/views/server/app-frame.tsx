import { type ReactNode, useEffect, useRef, useState } from "react";
import { TEXTS } from "../../texts";

const { app: texts } = TEXTS;
/** Characters of an app's markup; more is only shown as text. */
const MOST = 4_000_000;

/** A part of a result that is an app: markup that a server wants to be shown. */
export interface AppPart {
  uri: string;
  html: string;
}

/** Finds the app in a part of a result: HTML that is called `ui://...`. */
export function appIn(block: unknown): AppPart | undefined {
  const { type, resource } = (block ?? {}) as { type?: unknown; resource?: Record<string, unknown> };
  if (type !== "resource" || typeof resource !== "object" || resource === null) return undefined;
  const { uri, mimeType, text } = resource;
  if (typeof uri !== "string" || !uri.startsWith("ui://")) return undefined;
  if (typeof text !== "string" || text.length > MOST || !/^text\/html\b/.test(String(mimeType))) return undefined;
  return { uri, html: text };
}

/**
 * Shows an app on demand: its markup and styles, in a frame of another origin that reaches nothing, not this page either.
 * Its scripts do not run there (orchestrator/page/assets.ts says why).
 */
export function AppFrame({ app }: { app: AppPart }): ReactNode {
  const [isOpen, setOpen] = useState(false);
  return (
    <section aria-label={texts.title}>
      <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {isOpen ? texts.close : texts.open}
      </button>
      <p className="hint">{texts.hint}</p>
      {isOpen && <Frame html={app.html} />}
    </section>
  );
}

function Frame({ html }: { html: string }): ReactNode {
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    const give = ({ source, data }: MessageEvent): void => {
      const inner = frame.current?.contentWindow;
      if (!inner || source !== inner || data !== "ready") return;
      removeEventListener("message", give); // it says nothing else
      inner.postMessage(html, "*"); // an opaque origin has no name
    };
    addEventListener("message", give);
    return () => removeEventListener("message", give);
  }, [html]);
  return (
    <iframe
      ref={frame}
      className="app"
      title={texts.title}
      src="/app-frame.html"
      sandbox="allow-scripts"
      allow=""
      referrerPolicy="no-referrer"
    />
  );
}
