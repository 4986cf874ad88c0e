import { bad, one } from "../../../support/policy/case";
import { container } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

testPolicy("only-containers", {
  passes: [one("a container", container())],
  fails: [
    bad("a service", /swarm service/, { type: "docker:index/service:Service", props: { name: "s" } }),
    bad("a plugin", /plugin/, { type: "docker:index/plugin:Plugin", props: { name: "p" } }),
  ],
});
