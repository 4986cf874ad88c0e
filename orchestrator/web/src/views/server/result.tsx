import type { ReactNode } from "react";
import { foreign, SHOWN } from "../../parts/foreign";
import { TEXTS } from "../../texts";
import { AppFrame, appIn } from "./app-frame";

const { tools: texts } = TEXTS;
/** Kinds of images that a browser draws without running anything. SVG is not one of them. */
const IMAGES = /^image\/(png|jpeg|gif|webp)$/;
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** A CallToolResult of MCP. */
export interface CallResult {
  content?: { type?: unknown; text?: unknown; data?: unknown; mimeType?: unknown }[];
  structuredContent?: unknown;
  isError?: boolean;
}

/**
 * A tool's result: texts as text, images as images, everything else as JSON. Nothing in it is run, and an app is
 * shown when somebody asks for it.
 */
export function Result({ of }: { of: CallResult }): ReactNode {
  const content = Array.isArray(of.content) ? of.content : [];
  return (
    <section aria-label={texts.result}>
      <h3>{of.isError ? texts.toolError : texts.result}</h3>
      {content.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a result never changes
        <Block key={index} block={block} />
      ))}
      {of.structuredContent !== undefined && <Text>{JSON.stringify(of.structuredContent, null, 2)}</Text>}
    </section>
  );
}

function Block({ block }: { block: NonNullable<CallResult["content"]>[number] }): ReactNode {
  const { type, text, data, mimeType } = block ?? {};
  if (type === "text" && typeof text === "string") return <Text>{text}</Text>;
  if (type === "image" && typeof data === "string" && IMAGES.test(String(mimeType)) && BASE64.test(data))
    return <img className="result" alt={texts.result} src={`data:${mimeType};base64,${data}`} />;
  const app = appIn(block);
  return (
    <>
      {app && <AppFrame app={app} />}
      <Text>{JSON.stringify(block, null, 2)}</Text>
    </>
  );
}

function Text({ children }: { children: string }): ReactNode {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
    <pre className="text" tabIndex={0}>
      {foreign(children, SHOWN)}
    </pre>
  );
}
