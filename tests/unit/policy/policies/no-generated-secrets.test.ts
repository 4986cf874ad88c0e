import { DockerType } from "../../../../lib/docker-types";
import { bad, one } from "../../../support/policy/case";
import { container } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

testPolicy("no-generated-secrets", {
  passes: [
    one(
      "a certificate's end",
      container({}, { madeFrom: { envs: ["tls:index/locallySignedCert:LocallySignedCert"] } }),
    ),
    one("a file", container({}, { madeFrom: { uploads: ["random:index/randomPassword:RandomPassword"] } })),
  ],
  fails: [
    bad(
      "a password",
      /envs holds what RandomPassword made/,
      container({}, { madeFrom: { envs: ["random:index/randomPassword:RandomPassword"] } }),
    ),
    bad(
      "a key",
      /labels holds what PrivateKey made/,
      container({}, { madeFrom: { labels: ["tls:index/privateKey:PrivateKey"] } }),
    ),
    bad("given to a build", /build holds what RandomPassword made/, {
      type: DockerType.Image,
      madeFrom: { build: ["random:index/randomPassword:RandomPassword"] },
    }),
  ],
});
