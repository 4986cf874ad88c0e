import { createReadStream } from "node:fs";
import { join } from "node:path";
import type { FastifyReply } from "fastify";
import { prefixOf } from "../../../api/paths";
import { docsHtml, docsScript } from "../docs-page";
import type { App, RouteContext } from "./context";

/** Only this origin's own files; Swagger UI has its icons as data: URLs. */
const POLICY = [
  "default-src 'none'",
  ...["script-src", "style-src", "connect-src"].map((what) => `${what} 'self'`),
  "img-src 'self' data:",
  ...["base-uri", "form-action", "frame-ancestors"].map((what) => `${what} 'none'`),
].join("; ");

const FILES = { "swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript" } as const;

/**
 * The OpenAPI description, and a page to read it with. Both are public: a browser that opens a page sends no token, and
 * neither says anything about the fleet.
 */
export function docsRoutes(app: App, { staticFolder, config: { publicUrl } }: RouteContext): void {
  const prefix = prefixOf(publicUrl);
  const schema = { hide: true };
  const config = { access: "public" } as const;
  const send = (reply: FastifyReply, type: string, body: unknown) =>
    reply
      .headers({ "Content-Security-Policy": POLICY, "Referrer-Policy": "no-referrer" })
      .type(`${type}; charset=utf-8`)
      .send(body);

  app.get("/openapi.json", { schema, config }, (_request, reply) =>
    reply.type("application/json").serializer(JSON.stringify).send(app.swagger()),
  );
  app.get("/docs", { schema, config }, (_request, reply) => send(reply, "text/html", docsHtml(prefix)));
  app.get("/docs/init.js", { schema, config }, (_request, reply) => send(reply, "text/javascript", docsScript(prefix)));
  for (const [file, type] of Object.entries(FILES)) {
    app.get(`/docs/${file}`, { schema, config }, (_request, reply) =>
      send(reply.header("Cache-Control", "public, max-age=3600"), type, createReadStream(join(staticFolder, file))),
    );
  }
}
