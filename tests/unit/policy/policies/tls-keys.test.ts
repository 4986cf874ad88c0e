import { bad, one } from "../../../support/policy/case";
import type { Given } from "../../../support/policy/resources";
import { testPolicy } from "../../../support/policy/test-policy";

const key = (props: Record<string, unknown>): Given => ({ type: "tls:index/privateKey:PrivateKey", props, host: null });

testPolicy("tls-keys", {
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
});
