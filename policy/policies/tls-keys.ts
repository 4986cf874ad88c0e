import { resourcePolicy } from "../define";
import { text, UNKNOWN } from "../known";

const CURVES = ["P256", "P384", "P521"];

interface Config {
  minimumRsaBits: number;
}

export const tlsKeys = resourcePolicy<Config>({
  id: "tls-keys",
  title: "Keys are EC P-256 or better, Ed25519, or RSA of 2048 bits or more.",
  severity: "high",
  reason: "A weaker key can be computed from its certificate, and the provider's own default curve is P224.",
  fix: "algorithm: ECDSA with ecdsaCurve: P256, or ED25519, or RSA with rsaBits: 3072",
  references: ["NIST SP 800-57", "OWASP TLS cheat sheet"],
  settings: {
    minimumRsaBits: { schema: { type: "integer", minimum: 2048, description: "Bits of an RSA key." }, default: 2048 },
  },
  check: ({ type, inputs }, { minimumRsaBits }) => {
    if (type !== "tls:index/privateKey:PrivateKey") return [];
    const { algorithm, ecdsaCurve = "P224", rsaBits = 2048 } = inputs;
    if (algorithm === UNKNOWN || algorithm === "ED25519") return [];
    if (algorithm === "ECDSA") {
      const strong = ecdsaCurve === UNKNOWN || CURVES.includes(text(ecdsaCurve) ?? "");
      return strong ? [] : [`ecdsaCurve is ${String(ecdsaCurve)}, expected one of ${CURVES.join(", ")}`];
    }
    if (algorithm !== "RSA") return [`algorithm is ${String(algorithm)}, expected ECDSA, ED25519 or RSA`];
    const strong = rsaBits === UNKNOWN || Number(rsaBits) >= minimumRsaBits;
    return strong ? [] : [`rsaBits is ${String(rsaBits)}, expected ${minimumRsaBits} or more`];
  },
});
