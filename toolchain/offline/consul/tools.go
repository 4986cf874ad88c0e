//go:build tools

// Package tools pins Consul, which is built by its package path.
package tools

import _ "github.com/hashicorp/consul"
