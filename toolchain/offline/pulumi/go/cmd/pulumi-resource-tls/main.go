// pulumi-resource-tls makes keys and certificates for the official SDK @pulumi/tls, with Go's own X.509 as the
// official plugin does. Not covered: write-only private keys (`...PemWo`) and the functions.
package main

import "github.com/terraform-providers/terraform-provider-docker/dind-mcp/internal/standin"

const version = "5.6.1"

func main() {
	standin.Serve("tls", version, map[string]*standin.Resource{
		"tls:index/privateKey:PrivateKey":               privateKey,
		"tls:index/selfSignedCert:SelfSignedCert":       selfSignedCert,
		"tls:index/certRequest:CertRequest":             certRequest,
		"tls:index/locallySignedCert:LocallySignedCert": locallySignedCert,
	})
}
