//go:build tools

// Package tools pins the YAML language host, which is built by its package path.
package tools

import _ "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"
