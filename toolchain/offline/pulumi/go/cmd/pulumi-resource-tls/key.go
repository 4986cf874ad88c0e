package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"

	"github.com/terraform-providers/terraform-provider-docker/dind-mcp/internal/standin"
	"golang.org/x/crypto/ssh"
)

type keyArgs struct {
	Algorithm  string `json:"algorithm"`
	ECDSACurve string `json:"ecdsaCurve"`
	RSABits    int    `json:"rsaBits"`
}

var curves = map[string]elliptic.Curve{
	"P224": elliptic.P224(), "P256": elliptic.P256(), "P384": elliptic.P384(), "P521": elliptic.P521(),
}

var privateKey = &standin.Resource{
	Defaults: func() any { return &keyArgs{ECDSACurve: "P224", RSABits: 2048} },
	Outputs: []string{
		"privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh",
		"publicKeyPem", "publicKeyOpenssh", "publicKeyFingerprintMd5", "publicKeyFingerprintSha256",
	},
	Secrets: []string{"privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh"},
	Check:   standin.Typed(checkKey),
	Create:  standin.TypedCreate(createKey),
}

func checkKey(args *keyArgs) standin.Problems {
	problems := standin.Problems{}
	switch args.Algorithm {
	case "RSA", "ECDSA", "ED25519":
	default:
		problems["algorithm"] = fmt.Sprintf("got %q, expected RSA, ECDSA or ED25519", args.Algorithm)
	}
	if curves[args.ECDSACurve] == nil {
		problems["ecdsaCurve"] = fmt.Sprintf("got %q, expected P224, P256, P384 or P521", args.ECDSACurve)
	}
	if args.Algorithm == "RSA" && args.RSABits < 1024 {
		problems["rsaBits"] = fmt.Sprintf("got %d, expected 1024 or more (2048 is the default)", args.RSABits)
	}
	return problems
}

func createKey(args *keyArgs) (string, map[string]any, error) {
	key, err := generate(args)
	if err != nil {
		return "", nil, err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return "", nil, err
	}
	public, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return "", nil, err
	}
	outputs := map[string]any{
		"privateKeyPem":      classicPEM(key, pkcs8),
		"privateKeyPemPkcs8": encode("PRIVATE KEY", pkcs8),
		"publicKeyPem":       encode("PUBLIC KEY", public),
		// OpenSSH has no P224: empty there, as with the official plugin.
		"privateKeyOpenssh": "", "publicKeyOpenssh": "",
		"publicKeyFingerprintMd5": "", "publicKeyFingerprintSha256": "",
	}
	if sshPublic, err := ssh.NewPublicKey(key.Public()); err == nil {
		block, err := ssh.MarshalPrivateKey(key, "")
		if err != nil {
			return "", nil, err
		}
		outputs["privateKeyOpenssh"] = string(pem.EncodeToMemory(block))
		outputs["publicKeyOpenssh"] = string(ssh.MarshalAuthorizedKey(sshPublic))
		outputs["publicKeyFingerprintMd5"] = ssh.FingerprintLegacyMD5(sshPublic)
		outputs["publicKeyFingerprintSha256"] = ssh.FingerprintSHA256(sshPublic)
	}
	id := sha1.Sum(public)
	return hex.EncodeToString(id[:]), outputs, nil
}

func generate(args *keyArgs) (crypto.Signer, error) {
	switch args.Algorithm {
	case "RSA":
		return rsa.GenerateKey(rand.Reader, args.RSABits)
	case "ECDSA":
		return ecdsa.GenerateKey(curves[args.ECDSACurve], rand.Reader)
	default:
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	}
}

// classicPEM is the format each algorithm had before PKCS#8; it is what `privateKeyPem` means in the SDK.
func classicPEM(key crypto.Signer, pkcs8 []byte) string {
	switch key := key.(type) {
	case *rsa.PrivateKey:
		return encode("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key))
	case *ecdsa.PrivateKey:
		if sec1, err := x509.MarshalECPrivateKey(key); err == nil {
			return encode("EC PRIVATE KEY", sec1)
		}
	}
	return encode("PRIVATE KEY", pkcs8)
}

// parseKey reads any of the formats above, and names the algorithm the way the SDK does.
func parseKey(text string) (crypto.Signer, string, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, "", fmt.Errorf("got no PEM block, expected a private key in PEM format")
	}
	var parsed any
	var err error
	switch block.Type {
	case "RSA PRIVATE KEY":
		parsed, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		parsed, err = x509.ParseECPrivateKey(block.Bytes)
	case "PRIVATE KEY":
		parsed, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	default:
		err = fmt.Errorf("got a PEM block %q, expected a private key (EC, RSA or PKCS#8)", block.Type)
	}
	if err != nil {
		return nil, "", err
	}
	switch key := parsed.(type) {
	case *rsa.PrivateKey:
		return key, "RSA", nil
	case *ecdsa.PrivateKey:
		return key, "ECDSA", nil
	case ed25519.PrivateKey:
		return key, "ED25519", nil
	}
	return nil, "", fmt.Errorf("got a key of type %T, expected RSA, ECDSA or ED25519", parsed)
}

func encode(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
