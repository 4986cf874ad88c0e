# Sourced by the engine's scripts.
lib=/usr/local/lib/dind-mcp
state=/run/dind-mcp # on tmpfs: nothing of an earlier life survives a restart

say() { echo "dind-mcp engine: $*"; }

# refuse CODE SENTENCE: the exit codes are documented in README.md.
refuse() {
	code=$1
	shift
	echo "dind-mcp engine: $*" >&2
	exit "$code"
}
