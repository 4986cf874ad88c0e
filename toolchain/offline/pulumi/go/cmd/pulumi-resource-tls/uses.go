package main

import (
	"crypto/x509"
	"fmt"
	"sort"
	"strings"
)

var keyUsages = map[string]x509.KeyUsage{
	"digital_signature":  x509.KeyUsageDigitalSignature,
	"content_commitment": x509.KeyUsageContentCommitment,
	"key_encipherment":   x509.KeyUsageKeyEncipherment,
	"data_encipherment":  x509.KeyUsageDataEncipherment,
	"key_agreement":      x509.KeyUsageKeyAgreement,
	"cert_signing":       x509.KeyUsageCertSign,
	"crl_signing":        x509.KeyUsageCRLSign,
	"encipher_only":      x509.KeyUsageEncipherOnly,
	"decipher_only":      x509.KeyUsageDecipherOnly,
}

var extendedKeyUsages = map[string]x509.ExtKeyUsage{
	"any_extended":                      x509.ExtKeyUsageAny,
	"server_auth":                       x509.ExtKeyUsageServerAuth,
	"client_auth":                       x509.ExtKeyUsageClientAuth,
	"code_signing":                      x509.ExtKeyUsageCodeSigning,
	"email_protection":                  x509.ExtKeyUsageEmailProtection,
	"ipsec_end_system":                  x509.ExtKeyUsageIPSECEndSystem,
	"ipsec_tunnel":                      x509.ExtKeyUsageIPSECTunnel,
	"ipsec_user":                        x509.ExtKeyUsageIPSECUser,
	"timestamping":                      x509.ExtKeyUsageTimeStamping,
	"ocsp_signing":                      x509.ExtKeyUsageOCSPSigning,
	"microsoft_commercial_code_signing": x509.ExtKeyUsageMicrosoftCommercialCodeSigning,
	"microsoft_kernel_code_signing":     x509.ExtKeyUsageMicrosoftKernelCodeSigning,
	"microsoft_server_gated_crypto":     x509.ExtKeyUsageMicrosoftServerGatedCrypto,
	"netscape_server_gated_crypto":      x509.ExtKeyUsageNetscapeServerGatedCrypto,
}

// applyUses sets key usage and extended key usage from the SDK's one list of names.
func applyUses(certificate *x509.Certificate, uses []string) error {
	for _, use := range uses {
		if usage, ok := keyUsages[use]; ok {
			certificate.KeyUsage |= usage
		} else if usage, ok := extendedKeyUsages[use]; ok {
			certificate.ExtKeyUsage = append(certificate.ExtKeyUsage, usage)
		} else {
			return fmt.Errorf("got %q, expected one of %s", use, knownUses())
		}
	}
	return nil
}

func knownUses() string {
	var known []string
	for name := range keyUsages {
		known = append(known, name)
	}
	for name := range extendedKeyUsages {
		known = append(known, name)
	}
	sort.Strings(known)
	return strings.Join(known, ", ")
}
