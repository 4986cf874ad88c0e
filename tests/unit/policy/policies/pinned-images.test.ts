import { DockerType } from "../../../../lib/docker-types";
import { bad, one } from "../../../support/policy/case";
import { container, type Given, LATER } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

const image = (props: Record<string, unknown>): Given => ({ type: DockerType.Image, props });

testPolicy("pinned-images", {
  passes: [
    one("a digest", container()),
    one("an image's id", container({ image: `sha256:${"0".repeat(64)}` })),
    one("an image not known yet", container({ image: LATER })),
    one("pulled by digest", image({ name: `debian@sha256:${"0".repeat(64)}` })),
    one("built here", image({ name: "mine:1", build: { context: "." } })),
    one("a tag its config allows", container({ image: "mine:1" }), { allowed: ["mine:1"] }),
  ],
  fails: [
    bad("run by tag", /debian:trixie has no digest/, container({ image: "debian:trixie" })),
    bad("pulled by tag", /debian has no digest/, image({ name: "debian" })),
    bad("half a digest", /no digest/, container({ image: "debian@sha256:abc" })),
  ],
});
