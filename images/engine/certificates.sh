# Sourced by entrypoint.sh and supervise.sh. dockerd never reads /certs itself: a set is taken over only as a whole and only
# when it fits together, so a half-written volume cannot stop a restart.

# client-ca.pem: who signs the clients' certificates; without it ca.pem does. client-cert.pem: told to the management layer.
optional='client-ca.pem client-cert.pem'

# certificates_sum FOLDER
certificates_sum() { (cd "$1" && cat ca.pem server-cert.pem server-key.pem $optional) 2>/dev/null | cksum; }

# Takes the set over into $state/certs, or prints what is wrong with it.
take_certificates() {
	new=$state/certs.new
	rm -rf $new && mkdir -m 0700 $new
	for file in ca.pem server-cert.pem server-key.pem; do
		[ -s /certs/$file ] || { echo "/certs/$file is missing or empty"; return 1; }
		cp /certs/$file $new/
	done
	for file in $optional; do
		[ ! -s /certs/$file ] || cp /certs/$file $new/
	done
	check_certificates $new || return 1
	rm -rf $state/certs && mv $new $state/certs
	show_certificates
}

# For the management layer, which tells when they end: what dockerd has from now on, without keys.
show_certificates() {
	for file in server-cert.pem client-cert.pem; do
		if [ -e $state/certs/$file ]; then
			cp $state/certs/$file $api/$file.new && chmod 0644 $api/$file.new && mv $api/$file.new $api/$file
		else
			rm -f $api/$file
		fi
	done
}

# Time is left out on purpose: an expired certificate, or a wrong clock, must not keep the servers from running. Clients refuse it.
check_certificates() {
	command -v openssl >/dev/null || return 0
	key=$(openssl pkey -in "$1/server-key.pem" -pubout 2>/dev/null) || { echo "server-key.pem holds no private key"; return 1; }
	own=$(openssl x509 -in "$1/server-cert.pem" -noout -pubkey 2>/dev/null) || { echo "server-cert.pem holds no certificate"; return 1; }
	[ "$key" = "$own" ] || { echo "server-key.pem does not belong to server-cert.pem"; return 1; }
	openssl verify -no_check_time -purpose sslserver -CAfile "$1/ca.pem" "$1/server-cert.pem" >/dev/null 2>&1 ||
		{ echo "server-cert.pem is no server certificate signed by ca.pem"; return 1; }
	[ ! -e "$1/client-ca.pem" ] || openssl x509 -in "$1/client-ca.pem" -noout 2>/dev/null || { echo "client-ca.pem holds no certificate"; return 1; }
	openssl x509 -in "$1/server-cert.pem" -noout -checkend 0 >/dev/null || say "the server certificate has expired: clients will refuse it" >&2
}
