/** How the picture looks outside of the page: on white, whatever the reader's theme. */
const LOOK = `
  svg { background: #ffffff; font: 12px system-ui, sans-serif; }
  text { fill: #1c2430; }
  .first, .heading { font-weight: 600; }
  .heading { fill: #5a6675; }
  rect { fill: #ffffff; stroke: #8a95a3; }
  .host rect { fill: #f3f5f8; }
  .server rect { stroke: #0b5cad; stroke-width: 2; }
  .unhealthy rect, .restarting rect { stroke: #a3161f; }
  .stopped rect, .removing rect { stroke: #8a95a3; stroke-dasharray: 4 3; }
  .wire { fill: none; stroke: #5a6675; stroke-width: 1.5; }
  .thin { stroke-width: 1; stroke-dasharray: 5 3; }
`;

/** A picture of the page as a file of its own. */
export function asSvg(picture: SVGSVGElement): string {
  const copy = picture.cloneNode(true) as SVGSVGElement;
  const { width, height } = picture.viewBox.baseVal;
  copy.setAttribute("width", String(width));
  copy.setAttribute("height", String(height));
  for (const name of ["class", "aria-hidden"]) copy.removeAttribute(name);
  const style = document.createElementNS("http://www.w3.org/2000/svg", "style");
  style.textContent = LOOK;
  copy.prepend(style);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(copy)}\n`;
}
