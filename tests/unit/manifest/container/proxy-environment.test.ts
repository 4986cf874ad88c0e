import assert from "node:assert/strict";
import { proxyEnvironment } from "../../../../manifest/container/proxy-environment";

describe("a server's environment, when it has a way out", () => {
  it("leads programs of each kind to the proxy", () => {
    const { JAVA_TOOL_OPTIONS, ...others } = proxyEnvironment({ A: "b" });
    assert.deepEqual(others, {
      A: "b",
      NODE_USE_ENV_PROXY: "1",
      HTTP_PROXY: "http://egress:3128",
      http_proxy: "http://egress:3128",
      HTTPS_PROXY: "http://egress:3128",
      https_proxy: "http://egress:3128",
      NO_PROXY: "localhost,127.0.0.1,egress",
      no_proxy: "localhost,127.0.0.1,egress",
    });
    assert.deepEqual(JAVA_TOOL_OPTIONS?.split(" "), [
      "-Dhttp.proxyHost=egress",
      "-Dhttp.proxyPort=3128",
      "-Dhttps.proxyHost=egress",
      "-Dhttps.proxyPort=3128",
      "-Dhttp.nonProxyHosts=localhost|127.0.0.1|egress",
    ]);
  });

  it("lets the manifest say no for Node, and add options for Java, whose last one wins", () => {
    const { NODE_USE_ENV_PROXY, JAVA_TOOL_OPTIONS } = proxyEnvironment({
      NODE_USE_ENV_PROXY: "0",
      JAVA_TOOL_OPTIONS: "-Xmx64m",
    });
    assert.equal(NODE_USE_ENV_PROXY, "0");
    assert.match(JAVA_TOOL_OPTIONS ?? "", /^-Dhttp\.proxyHost=egress .* -Xmx64m$/);
  });

  it("says whom to trust where the proxy keeps keys of the server's, unless the manifest says so itself", () => {
    const { JAVA_TOOL_OPTIONS, ...others } = proxyEnvironment({ CURL_CA_BUNDLE: "/own" }, [], true);
    const told = Object.entries(others).filter(([, value]) => /egress-ca|own/.test(value));
    assert.deepEqual(Object.fromEntries(told), {
      NODE_EXTRA_CA_CERTS: "/run/egress-ca/ca.pem",
      DENO_CERT: "/run/egress-ca/ca.pem",
      SSL_CERT_FILE: "/run/egress-ca/bundle.pem",
      REQUESTS_CA_BUNDLE: "/run/egress-ca/bundle.pem",
      GIT_SSL_CAINFO: "/run/egress-ca/bundle.pem",
      AWS_CA_BUNDLE: "/run/egress-ca/bundle.pem",
      PIP_CERT: "/run/egress-ca/bundle.pem",
      CURL_CA_BUNDLE: "/own",
    });
    assert.match(JAVA_TOOL_OPTIONS ?? "", /-Djavax\.net\.ssl\.trustStore=\/run\/egress-ca\/trust\.p12 /);
  });
});
