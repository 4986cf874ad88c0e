import type { PlacedServer, Topology } from "../../../../../api/schemas/topology";
import { foreign } from "../../parts/foreign";
import { TEXTS } from "../../texts";

const { topology: texts } = TEXTS;

/** A box with lines of text in it. Lengths are in the drawing's own units, one a pixel at its full size. */
export interface Box {
  kind: "host" | "engine" | "mount" | "server" | "network" | "out";
  x: number;
  y: number;
  width: number;
  height: number;
  lines: string[];
  /** Of a server: its name, to open it. */
  server?: string;
  /** Of a server: how it is. */
  status?: string;
}

/** A line from the right side of a box to the left side of another. */
export interface Wire {
  x1: number;
  y1: number;
  x2: number;
  y2: number;
  /** Only one way: what is at its left is only read. */
  isThin: boolean;
}

/** Words over a column. */
export interface Heading {
  x: number;
  y: number;
  text: string;
}

/** A picture of a fleet, ready to be drawn. */
export interface Drawing {
  width: number;
  height: number;
  /** What is around the boxes: the host engine, and in it the engine. */
  frames: Box[];
  boxes: Box[];
  wires: Wire[];
  headings: Heading[];
}

export const LINE = 15;
const PAD = 8;
const GAP = 10;
/** Left sides and widths of the columns. */
const COLUMNS = {
  mount: { x: 20, width: 230 },
  server: { x: 310, width: 190 },
  network: { x: 560, width: 170 },
  out: { x: 820, width: 240 },
} as const;
/** What is outside of the engine is at its right. */
const ENGINE_END = 750;
const WIDTH = 1_080;
const TOP = 92;
/** Boxes of one kind beside one server; of more the last one says how many. */
const MOST = 8;
/** Width of a letter of 12 pixels, on the wide side. */
const LETTER = 6.8;

/** Draws each server as a row: folders and volumes, the server, its network, what it reaches. No line crosses another. */
export function layout({ engine, servers }: Topology): Drawing {
  const drawing: Drawing = { width: WIDTH, height: 0, frames: [], boxes: [], wires: [], headings: [] };
  let y = TOP;
  for (const server of servers) y = row(drawing, server, y) + GAP;
  drawing.height = y + 2 * PAD;
  const frame = { y: 8, height: drawing.height - 16, lines: [texts.host] };
  const version = engine ? texts.engine(engine.version) : texts.silent;
  drawing.frames.push(
    { kind: "host", x: 6, width: WIDTH - 12, ...frame },
    { kind: "engine", x: 14, width: ENGINE_END - 14, y: 34, height: drawing.height - 52, lines: [version] },
  );
  drawing.headings = [
    { x: COLUMNS.mount.x, y: TOP - 12, text: texts.headings.mounts },
    { x: COLUMNS.server.x, y: TOP - 12, text: texts.headings.server },
    { x: COLUMNS.network.x, y: TOP - 12, text: texts.headings.network },
    { x: COLUMNS.out.x, y: TOP - 12, text: texts.headings.out },
  ];
  return drawing;
}

/** Adds a server's row. @returns its lower end */
function row({ boxes, wires }: Drawing, server: PlacedServer, y: number): number {
  const { name, status, network, mounts, egress } = server;
  const left = column("mount", y, some(mounts.map(mountLines)));
  const right = column("out", y, some(egress.map((host) => [host])));
  const inner = [
    name,
    status,
    ...server.companions.map((one) => texts.companion(`${one.name}: ${one.status}`, one.shared)),
  ];
  const own: Box = { ...box("server", y, inner), server: name, status };
  const net = box("network", y, network ? [network.name, network.subnet] : [texts.noNetwork]);
  if (server.database) net.lines.push(texts.database);
  net.height = heightOf(net.lines);
  const height = Math.max(...[own, net, ...left, ...right].map((one) => one.y + one.height)) - y;
  for (const one of [own, net]) one.y = y + (height - one.height) / 2;
  for (const side of [left, right]) {
    const shift = (height - (side.at(-1) ? end(side) - y : 0)) / 2;
    for (const one of side) one.y += shift;
  }
  boxes.push(...left, own, net, ...right);
  wires.push(...left.map((one, index) => wire(one, own, mounts[index]?.readOnly ?? false)));
  if (network) wires.push(wire(own, net, false), ...right.map((one) => wire(net, one, true)));
  return y + height;
}

function mountLines({ kind, name, path, readOnly }: PlacedServer["mounts"][number]): string[] {
  return [`${name}: ${texts.kinds[kind]}`, readOnly ? `${path}, ${texts.readOnly}` : path];
}

/** At most MOST of them; the last one tells of the rest. */
function some(all: string[][]): string[][] {
  return all.length <= MOST ? all : [...all.slice(0, MOST - 1), [texts.more(all.length - MOST + 1)]];
}

function column(kind: "mount" | "out", y: number, all: string[][]): Box[] {
  let at = y;
  return all.map((lines) => {
    const made = box(kind, at, lines);
    at += made.height + 4;
    return made;
  });
}

function box(kind: keyof typeof COLUMNS, y: number, lines: string[]): Box {
  const letters = Math.floor((COLUMNS[kind].width - 2 * PAD) / LETTER);
  return { kind, ...COLUMNS[kind], y, height: heightOf(lines), lines: lines.map((text) => short(text, letters)) };
}

const heightOf = (lines: string[]): number => lines.length * LINE + PAD;
const end = (boxes: Box[]): number => Math.max(...boxes.map(({ y, height }) => y + height));
const short = (text: string, letters: number): string => {
  const shown = foreign(text, 200);
  return shown.length > letters ? `${shown.slice(0, letters - 1)}…` : shown;
};

function wire(from: Box, to: Box, isThin: boolean): Wire {
  const middle = (one: Box): number => one.y + one.height / 2;
  return { x1: from.x + from.width, y1: middle(from), x2: to.x, y2: middle(to), isThin };
}
