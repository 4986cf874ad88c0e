import { hash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { brotliCompressSync } from "node:zlib";

const TYPES: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
/** Vite puts a hash of the content into the names of all files in this folder. */
const HASHED = "/assets/";
const YEAR_S = 365 * 24 * 60 * 60;

/** The page may load and ask only what is its own; no text becomes script or markup. */
const POLICY = [
  "default-src 'none'",
  ...["script-src", "style-src", "connect-src", "font-src"].map((what) => `${what} 'self'`),
  "img-src 'self' data:",
  // Apps are shown in a frame. This keeps that frame from going elsewhere as well.
  "frame-src 'self'",
  ...["base-uri", "form-action", "frame-ancestors"].map((what) => `${what} 'none'`),
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join("; ");

/** The frame that servers' apps are shown in. */
const APP_FRAME = "/app-frame.html";

/**
 * What may happen in that frame. The sandbox gives it an origin that is nobody's, without cookies and storage; it opens no
 * window, sends no form and does not touch the page around it. It loads nothing. Of scripts it runs its own alone: no
 * policy keeps an app's scripts from WebRTC, by which a server without a way out would have one through the browser.
 */
function appPolicy(document: string): string {
  const own = [...document.matchAll(/<script>(.*?)<\/script>/gs)].map(([, text = ""]) =>
    hash("sha256", text, "base64"),
  );
  return [
    "sandbox allow-scripts",
    "default-src 'none'",
    `script-src ${own.map((digest) => `'sha256-${digest}'`).join(" ")}`,
    "style-src 'unsafe-inline'",
    ...["img-src", "font-src", "media-src"].map((what) => `${what} data:`),
    ...["base-uri", "form-action"].map((what) => `${what} 'none'`),
    "frame-ancestors 'self'",
  ].join("; ");
}

/** A file of the page, ready to be sent. */
export interface Asset {
  body: Buffer;
  /** The same by Brotli; absent where that is not smaller. */
  packed?: Buffer;
  headers: Record<string, string>;
}

/** Reads the built page. @returns its files by path; `/` is the document. Empty when the page was not built */
export function readAssets(folder: string): Map<string, Asset> {
  if (!existsSync(folder)) return new Map();
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const path = file.slice(folder.length);
      return [path === "/index.html" ? "/" : path, asset(path, readFileSync(file))];
    }),
  );
}

function asset(path: string, body: Buffer): Asset {
  const packed = brotliCompressSync(body);
  return {
    body,
    ...(packed.length < body.length ? { packed } : {}),
    headers: {
      "Content-Type": TYPES[extname(path)] ?? "application/octet-stream",
      "Cache-Control": path.startsWith(HASHED) ? `private, max-age=${YEAR_S}, immutable` : "no-cache",
      "Content-Security-Policy": path === APP_FRAME ? appPolicy(body.toString()) : POLICY,
      "Cross-Origin-Opener-Policy": "same-origin",
      "Cross-Origin-Resource-Policy": "same-origin",
      "Referrer-Policy": "no-referrer",
      "X-DNS-Prefetch-Control": "off",
      "X-Content-Type-Options": "nosniff",
    },
  };
}
