import { bad, one } from "../../../support/policy/case";
import { type Given, LATER } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

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
const certificateOf = (type: string, props: Record<string, unknown>): Given => ({
  type: `tls:index/${type}`,
  props: { validityPeriodHours: 100, earlyRenewalHours: 10, ...props },
  host: null,
});

testPolicy("tls-certificates", {
  passes: [
    one("a server's", certificate({})),
    one("a client's", certificate({ allowedUses: ["client_auth"] })),
    one("an authority's", authority()),
    one("a longer one its config allows", certificate({ validityPeriodHours: 20_000 }), { maximumLeafHours: 20_000 }),
    one(
      "uses of its key",
      certificateOf("locallySignedCert:LocallySignedCert", { allowedUses: ["key_encipherment", "server_auth"] }),
    ),
    one("a use not known yet", certificateOf("locallySignedCert:LocallySignedCert", { allowedUses: [LATER] })),
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
    bad("an authority that signs nothing", /without the use cert_signing/, authority({ allowedUses: ["crl_signing"] })),
    bad(
      "signs programs as well",
      /server_auth and code_signing/,
      certificateOf("locallySignedCert:LocallySignedCert", { allowedUses: ["server_auth", "code_signing"] }),
    ),
    bad(
      "an authority for everything",
      /any_extended/,
      certificateOf("selfSignedCert:SelfSignedCert", {
        isCaCertificate: true,
        allowedUses: ["cert_signing", "any_extended"],
      }),
    ),
  ],
});
