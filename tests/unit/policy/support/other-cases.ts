import { bad, type Cases, envs, neverStarted, one, port, volume } from "./case";
import { container, type Given, INNER, LATER, withRole } from "./resources";

const key = (props: Record<string, unknown>): Given => ({ type: "tls:index/privateKey:PrivateKey", props, host: null });
const certificate = (props: Record<string, unknown>): Given => ({
  type: "tls:index/locallySignedCert:LocallySignedCert",
  props: {
    allowedUses: ["digital_signature", "server_auth"],
    validityPeriodHours: 8760,
    earlyRenewalHours: 100,
    ...props,
  },
  host: null,
});
const authority = (props: Record<string, unknown> = {}): Given => ({
  type: "tls:index/selfSignedCert:SelfSignedCert",
  props: { isCaCertificate: true, allowedUses: ["cert_signing"], validityPeriodHours: 87_600, ...props },
  host: null,
});
const image = (props: Record<string, unknown>): Given => ({ type: "docker:index/remoteImage:RemoteImage", props });
const network = (subnet: string | symbol, host?: string): Given => ({
  type: "docker:index/network:Network",
  name: `net-${String(subnet)}`,
  props: { ipamConfigs: [{ subnet }] },
  ...(host ? { host } : {}),
});

/** ... of those on keys, images, secrets, users, volumes, and on the whole stack. */
export const OTHER_CASES: Record<string, Cases> = {
  "tls-keys": {
    passes: [
      one("P-256", key({ algorithm: "ECDSA", ecdsaCurve: "P256" })),
      one("Ed25519", key({ algorithm: "ED25519" })),
      one("RSA by default", key({ algorithm: "RSA" })),
    ],
    fails: [
      bad("the default curve", /P224/, key({ algorithm: "ECDSA" })),
      bad("short RSA", /rsaBits is 1024, expected 2048/, key({ algorithm: "RSA", rsaBits: 1024 })),
      bad("shorter than config says", /3072/, key({ algorithm: "RSA" }), { minimumRsaBits: 3072 }),
      bad("another", /algorithm is DSA/, key({ algorithm: "DSA" })),
    ],
  },
  "tls-certificates": {
    passes: [
      one("a server's", certificate({})),
      one("a client's", certificate({ allowedUses: ["client_auth"] })),
      one("an authority's", authority()),
      one("a longer one its config allows", certificate({ validityPeriodHours: 20_000 }), { maximumLeafHours: 20_000 }),
    ],
    fails: [
      bad("both uses", /server_auth and client_auth/, certificate({ allowedUses: ["server_auth", "client_auth"] })),
      bad("no use", /serves as nothing/, certificate({ allowedUses: ["digital_signature"] })),
      bad("signs others", /cert_signing/, certificate({ allowedUses: ["server_auth", "cert_signing"] })),
      bad("too long", /valid for 9553 hours, expected 9552/, certificate({ validityPeriodHours: 9553 })),
      bad("never renewed", /not renewed/, certificate({ earlyRenewalHours: undefined })),
      bad("renewed at once", /not renewed/, certificate({ earlyRenewalHours: 8760 })),
      bad("an authority for ever", /87601/, authority({ validityPeriodHours: 87_601 })),
      bad(
        "an authority that is a server",
        /has the use server_auth/,
        authority({ allowedUses: ["cert_signing", "server_auth"] }),
      ),
      bad(
        "an authority that signs nothing",
        /without the use cert_signing/,
        authority({ allowedUses: ["crl_signing"] }),
      ),
    ],
  },
  "pinned-images": {
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
  },
  "no-secrets-in-env": {
    passes: [
      one("where it is", envs("API_KEY_FILE=/run/secrets/key", "MAX_TOKENS=9")),
      one("not known yet", envs(LATER)),
      one("a revision", container({ labels: [{ label: "dind-mcp.secrets-revision", value: "abc" }] })),
      one("an option with a file", container({ command: ["serve", "--token-file", "/run/secrets/t"] })),
      one("an ordinary build argument", image({ name: "mine:1", build: { buildArgs: { BASE: "debian" } } })),
    ],
    fails: [
      bad("by its name", /env DB_PASSWORD looks/, envs("DB_PASSWORD=hunter2")),
      bad("by its shape", /env NOTE looks/, envs(`NOTE=ghp_${"a".repeat(36)}`)),
      bad("in a URL", /env DB looks/, envs("DB=postgres://u:hunter2@db/x")),
      bad("in a label", /label password looks/, container({ labels: [{ label: "password", value: "hunter2" }] })),
      bad("in an argument", /argument 2 looks/, container({ command: ["serve", "--token=hunter2"] })),
      bad("in a build argument", /build argument NPM_TOKEN/, image({ build: { buildArgs: { NPM_TOKEN: "hunter2" } } })),
    ],
  },
  "no-generated-secrets": {
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
    ],
  },
  "own-user": {
    passes: [
      one("a number", container()),
      one("a number without group", container({ user: "11000" })),
      one("not known yet", container({ user: LATER })),
      one("the engine", withRole("engine", { user: undefined })),
      one("never started", withRole("volume-files", neverStarted)),
    ],
    fails: [
      bad("the image's", /the image's own/, container({ user: undefined })),
      bad("root by name", /"root"/, container({ user: "root" })),
      bad("root by number", /"0:0"/, container({ user: "0:0" })),
      bad("a name", /"nobody"/, container({ user: "nobody" })),
      bad("the system's", /"999"/, container({ user: "999" })),
      bad("below what config says", /from 20000/, container(), { minimumUid: 20_000 }),
    ],
  },
  "protected-volumes": {
    passes: [
      one("not in production", volume()),
      one("protected", volume({}, { protect: true }), { production: true }),
      one("inside the engine", volume({}, { host: INNER }), { production: true }),
    ],
    fails: [bad("not protected", /mcp-data: is not protected/, volume(), { production: true })],
  },
  "inner-provider": {
    passes: [
      one("the outer layer on the host", container({}, { parents: ["dind-mcp:index:EngineHost"] })),
      one("a server inside", container({}, { parents: ["dind-mcp:index:Fleet"], host: INNER })),
      one("a server in an engine still to be made", container({}, { parents: ["dind-mcp:index:Fleet"], host: LATER })),
      one("what is not Docker's", { type: "random:index/randomPassword:RandomPassword", host: null }),
    ],
    fails: [
      bad("no provider", /DOCKER_HOST/, container({}, { host: null })),
      bad("a server on the host", /part of dind-mcp:index:Fleet/, container({}, { parents: ["dind-mcp:index:Fleet"] })),
      bad("a server where no host was said", /part of/, container({}, { parents: ["dind-mcp:index:Fleet"], host: "" })),
      bad("config's own component", /part of x:index:In/, container({}, { parents: ["x:index:In", "x:index:B"] }), {
        innerComponents: ["x:index:In"],
      }),
    ],
  },
  "unique-ports": {
    passes: [
      { what: "two ports", given: [port("127.0.0.1", 1), port("127.0.0.1", 2)] },
      { what: "two addresses", given: [port("127.0.0.1"), port("127.0.0.2")] },
      { what: "two machines", given: [port("127.0.0.1"), port("127.0.0.1", 80, { host: INNER })] },
      {
        what: "two protocols",
        given: ["tcp", "udp"].map((protocol) => container({ ports: [{ internal: 5, external: 5, protocol }] })),
      },
    ],
    fails: [
      { what: "the same", given: [port("127.0.0.1"), port("127.0.0.1")], says: /publishes port 80\/tcp, as mcp-good/ },
      { what: "every address and one", given: [port("0.0.0.0"), port("127.0.0.1")], says: /port 80/ },
      { what: "no address said, and one", given: [port("127.0.0.1"), port(undefined)], says: /port 80/ },
    ],
  },
  "unique-users": {
    passes: [
      { what: "two users", given: [container({ user: "11000" }), container({ user: "11001:11000" })] },
      { what: "root, which is own-user's", given: [container({ user: "0" }), container({ user: "0" })] },
      { what: "never started", given: [container(), withRole("volume-files", { start: false })] },
    ],
    fails: [
      {
        what: "the same, inside and outside",
        given: [container({ name: "a" }), container({ name: "b" }, { host: INNER })],
        says: /^b: runs as user 11000, as a does/,
      },
    ],
  },
  "separate-subnets": {
    passes: [
      { what: "two subnets", given: [network("10.1.0.0/24"), network("10.1.1.0/24")] },
      {
        what: "one in each of two engines",
        given: [network("10.1.0.0/24", INNER), network("10.1.0.0/24", "tcp://b:1")],
      },
      { what: "not known yet", given: [network("10.1.0.0/24"), network(LATER)] },
    ],
    fails: [
      {
        what: "one in another",
        given: [network("10.1.0.0/16"), network("10.1.7.0/24")],
        says: /^net-10\.1\.7\.0\/24: has the subnet 10\.1\.7\.0\/24, which overlaps 10\.1\.0\.0\/16 of net-/,
      },
      { what: "inside as outside", given: [network("10.1.0.0/24"), network("10.1.0.0/24", INNER)], says: /overlaps/ },
    ],
  },
};
