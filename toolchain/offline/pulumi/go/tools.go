//go:build tools

// Package tools pins the Pulumi CLI, which is built by its package path.
package tools

import _ "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"
