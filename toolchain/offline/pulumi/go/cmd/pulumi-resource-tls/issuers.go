package main

import (
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"maps"

	"github.com/terraform-providers/terraform-provider-docker/dind-mcp/internal/standin"
)

var certificateOutputs = []string{"certPem", "readyForRenewal", "validityStartTime", "validityEndTime"}

type selfSignedArgs struct {
	validityArgs
	namesArgs
	PrivateKeyPEM     string `json:"privateKeyPem"`
	SetAuthorityKeyID bool   `json:"setAuthorityKeyId"`
}

var selfSignedCert = &standin.Resource{
	Defaults: func() any { return &selfSignedArgs{validityArgs: validityArgs{MaxPathLength: -1}} },
	Outputs:  append([]string{"keyAlgorithm"}, certificateOutputs...),
	Secrets:  []string{"privateKeyPem"},
	InPlace:  []string{"earlyRenewalHours"},
	Stale:    "readyForRenewal",
	Refresh:  renewal,
	Check: standin.Typed(func(args *selfSignedArgs) standin.Problems {
		problems := args.check()
		checkNames(problems, &args.namesArgs)
		checkKeyPEM(problems, "privateKeyPem", args.PrivateKeyPEM)
		return problems
	}),
	Create: standin.TypedCreate(func(args *selfSignedArgs) (string, map[string]any, error) {
		key, algorithm, err := parseKey(args.PrivateKeyPEM)
		if err != nil {
			return "", nil, fmt.Errorf("privateKeyPem: %w", err)
		}
		request, problems := args.request()
		if len(problems) > 0 {
			return "", nil, problems
		}
		by := issuer{key: key}
		if args.SetAuthorityKeyID {
			if by.keyID, err = keyID(key.Public()); err != nil {
				return "", nil, err
			}
		}
		id, outputs, err := args.issue(request, key.Public(), by)
		if err != nil {
			return "", nil, err
		}
		outputs["keyAlgorithm"] = algorithm
		return id, outputs, nil
	}),
}

type requestArgs struct {
	namesArgs
	PrivateKeyPEM string `json:"privateKeyPem"`
}

var certRequest = &standin.Resource{
	Defaults: func() any { return &requestArgs{} },
	Outputs:  []string{"certRequestPem", "keyAlgorithm"},
	Secrets:  []string{"privateKeyPem"},
	Check: standin.Typed(func(args *requestArgs) standin.Problems {
		problems := standin.Problems{}
		checkNames(problems, &args.namesArgs)
		checkKeyPEM(problems, "privateKeyPem", args.PrivateKeyPEM)
		return problems
	}),
	Create: standin.TypedCreate(func(args *requestArgs) (string, map[string]any, error) {
		key, algorithm, err := parseKey(args.PrivateKeyPEM)
		if err != nil {
			return "", nil, fmt.Errorf("privateKeyPem: %w", err)
		}
		request, problems := args.request()
		if len(problems) > 0 {
			return "", nil, problems
		}
		der, err := x509.CreateCertificateRequest(rand.Reader, request, key)
		if err != nil {
			return "", nil, err
		}
		id := sha1.Sum(der)
		return hex.EncodeToString(id[:]), map[string]any{
			"certRequestPem": encode("CERTIFICATE REQUEST", der), "keyAlgorithm": algorithm,
		}, nil
	}),
}

type locallySignedArgs struct {
	validityArgs
	CertRequestPEM  string `json:"certRequestPem"`
	CACertPEM       string `json:"caCertPem"`
	CAPrivateKeyPEM string `json:"caPrivateKeyPem"`
}

var locallySignedCert = &standin.Resource{
	Defaults: func() any { return &locallySignedArgs{validityArgs: validityArgs{MaxPathLength: -1}} },
	Outputs:  append([]string{"caKeyAlgorithm"}, certificateOutputs...),
	Secrets:  []string{"caPrivateKeyPem"},
	InPlace:  []string{"earlyRenewalHours"},
	Stale:    "readyForRenewal",
	Refresh:  renewal,
	Check: standin.Typed(func(args *locallySignedArgs) standin.Problems {
		problems := args.check()
		checkKeyPEM(problems, "caPrivateKeyPem", args.CAPrivateKeyPEM)
		return problems
	}),
	Create: standin.TypedCreate(signLocally),
}

func signLocally(args *locallySignedArgs) (string, map[string]any, error) {
	authorityKey, algorithm, err := parseKey(args.CAPrivateKeyPEM)
	if err != nil {
		return "", nil, fmt.Errorf("caPrivateKeyPem: %w", err)
	}
	block, _ := pem.Decode([]byte(args.CACertPEM))
	if block == nil {
		return "", nil, fmt.Errorf("caCertPem: got no PEM block, expected a certificate in PEM format")
	}
	authority, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return "", nil, fmt.Errorf("caCertPem: %w", err)
	}
	if block, _ = pem.Decode([]byte(args.CertRequestPEM)); block == nil {
		return "", nil, fmt.Errorf("certRequestPem: got no PEM block, expected a certificate request in PEM format")
	}
	request, err := x509.ParseCertificateRequest(block.Bytes)
	if err == nil {
		err = request.CheckSignature()
	}
	if err != nil {
		return "", nil, fmt.Errorf("certRequestPem: %w", err)
	}
	id, outputs, err := args.issue(request, request.PublicKey, issuer{key: authorityKey, certificate: authority})
	if err != nil {
		return "", nil, err
	}
	outputs["caKeyAlgorithm"] = algorithm
	return id, outputs, nil
}

func checkNames(problems standin.Problems, names *namesArgs) {
	_, found := names.request()
	maps.Copy(problems, found)
}

func checkKeyPEM(problems standin.Problems, property, text string) {
	if _, _, err := parseKey(text); err != nil {
		problems[property] = err.Error()
	}
}
