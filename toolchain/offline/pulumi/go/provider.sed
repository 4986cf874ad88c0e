# Upstream registers build secrets, even none, with a BuildKit session that another goroutine is starting already: once in
# six whole test runs "concurrent map iteration and map write" ended the plugin, and the `up` with it. Without secrets
# there is nothing to register.
s/; secretsDefined {$/; secretsDefined \&\& len(parseBuildSecrets(secretsRaw)) > 0 {/
