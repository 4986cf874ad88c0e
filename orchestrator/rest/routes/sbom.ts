import { sbomSchema } from "../../../api/schemas/sbom";
import { Scope } from "../../../api/scopes";
import { serverOf } from "../access";
import { type App, principalOf, type RouteContext } from "./context";
import { nameParams } from "./params";

/** What servers' images hold. */
export function sbomRoutes(app: App, { servers, sbom }: RouteContext): void {
  app.get(
    "/v1/servers/:name/sbom",
    {
      config: { access: Scope.Read },
      schema: {
        tags: ["servers"],
        operationId: "getServerSbom",
        summary: "What the server's image holds, as SPDX 2.3: packages of Debian, Alpine, npm and PyPI",
        description:
          "As package managers wrote it down in the image; a program that was copied into it by hand is not in it. Read from " +
          "the engine once for each image, which takes a second or two.",
        params: nameParams,
        response: { 200: sbomSchema },
      },
    },
    async (request) => await sbom.of(serverOf(servers, principalOf(request), request.params.name)),
  );
}
