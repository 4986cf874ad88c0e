# Sourced by entrypoint.sh, before dockerd starts: there is no moment without these rules. eth+ is the outer network;
# every other interface but lo belongs to inner containers.

prepare_firewall() {
	choose_iptables
	route_sanely
	refuse_at_once
	protect_engine
	protect_neighbours "${INBOUND_ONLY:-}" "${PRIVATE_EGRESS_FROM:-}"
}

# iptables comes in two kinds and a kernel may serve only one. dockerd has to use the same: it finds it on PATH.
choose_iptables() {
	if iptables -w -t nat -S >/dev/null 2>&1; then return; fi
	mkdir -p $state/bin
	for tool in iptables ip6tables iptables-save iptables-restore; do
		legacy=$(command -v "$(echo $tool | sed 's/tables/tables-legacy/')") && ln -sf "$legacy" $state/bin/$tool
	done
	PATH=$state/bin:$PATH
	problem=$(iptables -w -t nat -S 2>&1 >/dev/null) || refuse 24 "iptables does not work here, neither nftables nor legacy ($problem): the host's kernel needs nf_tables or ip_tables with NAT"
}

# The engine speaks IPv4 only, so that one set of rules is the whole truth; and a packet must come from where its source lives.
route_sanely() {
	for where in all default; do
		if [ -e /proc/sys/net/ipv6 ]; then echo 1 >/proc/sys/net/ipv6/conf/$where/disable_ipv6; fi
		echo 1 >/proc/sys/net/ipv4/conf/$where/rp_filter
	done || refuse 24 "/proc/sys/net is not writable, so the engine's network cannot be set up"
	rule -P FORWARD DROP
}

# A refused connection ends at once; a dropped one, or one of many ICMP answers (the kernel limits their rate), would wait.
refuse_at_once() {
	rule -N ENGINE-REFUSE
	rule -A ENGINE-REFUSE -p tcp -j REJECT --reject-with tcp-reset
	rule -A ENGINE-REFUSE -j REJECT
}

# Inner containers never speak to the engine itself: not to its API, by no address it has; but for its DNS forwarder, from
# the subnets named. Answers to what the engine
# opened (the proxy of a published port) pass.
protect_engine() {
	rule -N ENGINE-INPUT
	rule -A ENGINE-INPUT -i lo -j RETURN
	rule -A ENGINE-INPUT -i eth+ -j RETURN
	rule -A ENGINE-INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN
	for subnet in $(echo "${INNER_DNS_FOR:-}" | tr ',' ' '); do
		rule -A ENGINE-INPUT -s "$subnet" -d "$INNER_DNS" -p udp --dport 53 -j RETURN
		rule -A ENGINE-INPUT -s "$subnet" -d "$INNER_DNS" -p tcp --dport 53 -j RETURN
	done
	rule -A ENGINE-INPUT -j ENGINE-REFUSE
	rule -A INPUT -j ENGINE-INPUT
}

# Nor to what stands around the engine: the host, its networks, metadata services. DOCKER-USER is the chain that dockerd
# passes first and never changes. Answers to clients of published ports pass. Subnets named first have no way out at all: they are
# on a network that is not internal for their published ports alone. Subnets named second may reach what stands around.
protect_neighbours() {
	rule -N DOCKER-USER
	rule -A DOCKER-USER -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN
	for subnet in $(echo "$1" | tr ',' ' '); do
		rule -A DOCKER-USER -s "$subnet" -o eth+ -j ENGINE-REFUSE
	done
	for subnet in $(echo "$2" | tr ',' ' '); do
		rule -A DOCKER-USER -s "$subnet" -o eth+ -j RETURN
	done
	for range in 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 169.254.0.0/16 100.64.0.0/10 127.0.0.0/8 0.0.0.0/8 224.0.0.0/4 240.0.0.0/4; do
		rule -A DOCKER-USER -o eth+ -d $range -j ENGINE-REFUSE
	done
}

rule() {
	problem=$(iptables -w "$@" 2>&1) || refuse 24 "the engine's firewall cannot be set up: iptables $* says: $problem"
}
