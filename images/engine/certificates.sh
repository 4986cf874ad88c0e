# Sourced by entrypoint.sh and supervise.sh. dockerd never reads /certs itself: a set is taken over only as a whole and only
# when it fits together, so a half-written volume cannot stop a restart.

# certificates_sum FOLDER
certificates_sum() { cat "$1/ca.pem" "$1/server-cert.pem" "$1/server-key.pem" 2>/dev/null | cksum; }

# Takes the set over into $state/certs, or prints what is wrong with it.
take_certificates() {
	new=$state/certs.new
	rm -rf $new && mkdir -m 0700 $new
	for file in ca.pem server-cert.pem server-key.pem; do
		[ -s /certs/$file ] || { echo "/certs/$file is missing or empty"; return 1; }
		cp /certs/$file $new/
	done
	check_certificates $new || return 1
	rm -rf $state/certs && mv $new $state/certs
}

# Time is left out on purpose: an expired certificate, or a wrong clock, must not keep the servers from running. Clients refuse it.
check_certificates() {
	command -v openssl >/dev/null || return 0
	key=$(openssl pkey -in "$1/server-key.pem" -pubout 2>/dev/null) || { echo "server-key.pem holds no private key"; return 1; }
	own=$(openssl x509 -in "$1/server-cert.pem" -noout -pubkey 2>/dev/null) || { echo "server-cert.pem holds no certificate"; return 1; }
	[ "$key" = "$own" ] || { echo "server-key.pem does not belong to server-cert.pem"; return 1; }
	openssl verify -no_check_time -purpose sslserver -CAfile "$1/ca.pem" "$1/server-cert.pem" >/dev/null 2>&1 ||
		{ echo "server-cert.pem is no server certificate signed by ca.pem"; return 1; }
	openssl x509 -in "$1/server-cert.pem" -noout -checkend 0 >/dev/null || say "the server certificate has expired: clients will refuse it" >&2
}
