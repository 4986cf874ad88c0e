package main

import (
	"crypto"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"math/big"
	"time"

	"github.com/terraform-providers/terraform-provider-docker/dind-mcp/internal/standin"
)

// validityArgs are the inputs that self-signed and CA-signed certificates share.
type validityArgs struct {
	AllowedUses         []string `json:"allowedUses"`
	ValidityPeriodHours float64  `json:"validityPeriodHours"`
	EarlyRenewalHours   float64  `json:"earlyRenewalHours"`
	IsCACertificate     bool     `json:"isCaCertificate"`
	MaxPathLength       int      `json:"maxPathLength"`
	SetSubjectKeyID     bool     `json:"setSubjectKeyId"`
}

func (v *validityArgs) check() standin.Problems {
	problems := standin.Problems{}
	if err := applyUses(&x509.Certificate{}, v.AllowedUses); err != nil {
		problems["allowedUses"] = err.Error()
	}
	if v.ValidityPeriodHours < 0 {
		problems["validityPeriodHours"] = fmt.Sprintf("got %v, expected 0 or more", v.ValidityPeriodHours)
	}
	if v.EarlyRenewalHours < 0 {
		problems["earlyRenewalHours"] = fmt.Sprintf("got %v, expected 0 or more", v.EarlyRenewalHours)
	}
	return problems
}

// issuer signs certificates: an authority with a certificate of its own, or without one the certificate's own key.
type issuer struct {
	key         crypto.Signer
	certificate *x509.Certificate
	keyID       []byte // a self-signed certificate's authority key id, where one is asked for
}

// issue signs a certificate for the names and the key of a request.
func (v *validityArgs) issue(
	request *x509.CertificateRequest, public crypto.PublicKey, by issuer,
) (string, map[string]any, error) {
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 128))
	if err != nil {
		return "", nil, err
	}
	now := time.Now().UTC().Truncate(time.Second)
	certificate := &x509.Certificate{
		SerialNumber: serial, Subject: request.Subject, RawSubject: request.RawSubject,
		DNSNames: request.DNSNames, IPAddresses: request.IPAddresses, URIs: request.URIs,
		NotBefore: now, NotAfter: now.Add(hours(v.ValidityPeriodHours)),
		BasicConstraintsValid: true, IsCA: v.IsCACertificate, AuthorityKeyId: by.keyID,
	}
	if v.IsCACertificate {
		certificate.MaxPathLen, certificate.MaxPathLenZero = v.MaxPathLength, v.MaxPathLength == 0
	}
	if err := applyUses(certificate, v.AllowedUses); err != nil {
		return "", nil, fmt.Errorf("allowedUses: %w", err)
	}
	if v.SetSubjectKeyID || v.IsCACertificate { // RFC 5280 demands it of a CA
		if certificate.SubjectKeyId, err = keyID(public); err != nil {
			return "", nil, err
		}
	}
	if by.certificate == nil {
		by.certificate = certificate
	}
	der, err := x509.CreateCertificate(rand.Reader, certificate, by.certificate, public, by.key)
	if err != nil {
		return "", nil, err
	}
	return serial.String(), map[string]any{
		"certPem":           encode("CERTIFICATE", der),
		"validityStartTime": certificate.NotBefore.Format(time.RFC3339),
		"validityEndTime":   certificate.NotAfter.Format(time.RFC3339),
		"readyForRenewal":   !now.Before(certificate.NotAfter.Add(-hours(v.EarlyRenewalHours))),
	}, nil
}

// keyID is the hash that RFC 5280 section 4.2.1.2 describes as method 1.
func keyID(public crypto.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	if err != nil {
		return nil, err
	}
	var info struct {
		Algorithm asn1.RawValue
		Key       asn1.BitString
	}
	if _, err := asn1.Unmarshal(der, &info); err != nil {
		return nil, err
	}
	id := sha1.Sum(info.Key.Bytes)
	return id[:], nil
}

// renewal says whether a certificate's early renewal period, or its end, has been reached.
func renewal(state map[string]any) map[string]any {
	text, _ := state["validityEndTime"].(string)
	early, _ := state["earlyRenewalHours"].(float64)
	end, err := time.Parse(time.RFC3339, text)
	return map[string]any{"readyForRenewal": err == nil && !time.Now().Before(end.Add(-hours(early)))}
}

func hours(count float64) time.Duration { return time.Duration(count * float64(time.Hour)) }
