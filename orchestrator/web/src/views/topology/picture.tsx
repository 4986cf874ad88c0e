import type { ReactNode, Ref } from "react";
import { type Box, type Drawing, LINE, type Wire } from "./layout";

/**
 * A drawing as SVG. A list says the same to those who do not see it, and leads to the servers by keyboard.
 * @param open called with the name of a server that was clicked
 */
export function Picture({
  drawing: { width, height, frames, boxes, wires, headings },
  open,
  picture,
}: {
  drawing: Drawing;
  open: (server: string) => void;
  picture: Ref<SVGSVGElement>;
}): ReactNode {
  return (
    <svg ref={picture} className="topology" viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {frames.map((box) => (
        <Shape key={box.kind} box={box} open={open} />
      ))}
      {wires.map((one) => (
        <path key={`${one.y1} ${one.x1} ${one.y2}`} className={one.isThin ? "wire thin" : "wire"} d={curve(one)} />
      ))}
      {headings.map(({ x, y, text }) => (
        <text key={text} className="heading" x={x} y={y}>
          {text}
        </text>
      ))}
      {boxes.map((box) => (
        <Shape key={`${box.kind} ${box.x} ${box.y}`} box={box} open={open} />
      ))}
    </svg>
  );
}

function Shape({ box, open }: { box: Box; open: (server: string) => void }): ReactNode {
  const { kind, x, y, width, height, lines, server, status } = box;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the list beside it does the same by keyboard
    <g className={`box ${kind} ${status ?? ""}`} onClick={server === undefined ? undefined : () => open(server)}>
      <rect x={x} y={y} width={width} height={height} rx="4" />
      {lines.map((line, index) => (
        <text
          // biome-ignore lint/suspicious/noArrayIndexKey: two lines may say the same
          key={index}
          x={x + 8}
          y={y + (index + 1) * LINE}
          className={index === 0 ? "first" : undefined}
        >
          {line}
        </text>
      ))}
    </g>
  );
}

function curve({ x1, y1, x2, y2 }: Wire): string {
  const middle = (x1 + x2) / 2;
  return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}
