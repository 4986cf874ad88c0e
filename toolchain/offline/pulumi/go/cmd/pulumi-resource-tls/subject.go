package main

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"net"
	"net/url"

	"github.com/terraform-providers/terraform-provider-docker/dind-mcp/internal/standin"
)

// subjectArgs is a distinguished name; names holds for whom a certificate speaks.
type subjectArgs struct {
	CommonName         *string  `json:"commonName,omitempty"`
	Country            *string  `json:"country,omitempty"`
	EmailAddress       *string  `json:"emailAddress,omitempty"`
	Locality           *string  `json:"locality,omitempty"`
	Organization       *string  `json:"organization,omitempty"`
	OrganizationalUnit *string  `json:"organizationalUnit,omitempty"`
	PostalCode         *string  `json:"postalCode,omitempty"`
	Province           *string  `json:"province,omitempty"`
	SerialNumber       *string  `json:"serialNumber,omitempty"`
	StreetAddresses    []string `json:"streetAddresses,omitempty"`
}

type namesArgs struct {
	Subject     *subjectArgs `json:"subject,omitempty"`
	DNSNames    []string     `json:"dnsNames,omitempty"`
	IPAddresses []string     `json:"ipAddresses,omitempty"`
	URIs        []string     `json:"uris,omitempty"`
}

var emailAddress = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}

func (s *subjectArgs) name() pkix.Name {
	if s == nil {
		return pkix.Name{}
	}
	name := pkix.Name{
		Country: list(s.Country), Locality: list(s.Locality), Organization: list(s.Organization),
		OrganizationalUnit: list(s.OrganizationalUnit), PostalCode: list(s.PostalCode), Province: list(s.Province),
		StreetAddress: s.StreetAddresses,
	}
	if s.CommonName != nil {
		name.CommonName = *s.CommonName
	}
	if s.SerialNumber != nil {
		name.SerialNumber = *s.SerialNumber
	}
	if s.EmailAddress != nil {
		// RFC 5280 wants an IA5String here, Go's default would be a UTF8String.
		value := asn1.RawValue{Class: asn1.ClassUniversal, Tag: asn1.TagIA5String, Bytes: []byte(*s.EmailAddress)}
		name.ExtraNames = append(name.ExtraNames, pkix.AttributeTypeAndValue{Type: emailAddress, Value: value})
	}
	return name
}

func list(value *string) []string {
	if value == nil {
		return nil
	}
	return []string{*value}
}

// request is the names in the form that both certificate requests and certificates are made from. All that is wrong
// with them is told at once.
func (n *namesArgs) request() (*x509.CertificateRequest, standin.Problems) {
	request := &x509.CertificateRequest{Subject: n.Subject.name(), DNSNames: n.DNSNames}
	problems := standin.Problems{}
	for _, text := range n.IPAddresses {
		address := net.ParseIP(text)
		if address == nil {
			problems["ipAddresses"] = fmt.Sprintf("got %q, expected an IPv4 or IPv6 address", text)
		}
		request.IPAddresses = append(request.IPAddresses, address)
	}
	for _, text := range n.URIs {
		uri, err := url.Parse(text)
		if err != nil {
			problems["uris"] = fmt.Sprintf("got %q, expected a URI: %v", text, err)
		}
		request.URIs = append(request.URIs, uri)
	}
	return request, problems
}
