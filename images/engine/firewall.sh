# Sourced by entrypoint.sh, before dockerd starts: there is no moment without these rules. eth+ is the outer network;
# every other interface but lo belongs to inner containers.

prepare_firewall() {
	choose_iptables
	route_sanely
	refuse_at_once
	protect_engine
	protect_neighbours "${INBOUND_ONLY:-}" "${PRIVATE_EGRESS_FROM:-}" "${EGRESS_TO:-}"
	publish_ports "${PUBLISHED:-}" "${PUBLISHED_FOR:-}"
	fit_segments
}

# iptables comes in two kinds, and a kernel may serve only one. Some kernels list rules and refuse the first new one, because a
# module is missing: so each kind is tried with rules. dockerd has to use the same kind: it finds it on PATH.
choose_iptables() {
	tried=
	for kind in "" -legacy -nft; do
		if [ -n "$kind" ]; then prefer_iptables $kind || continue; fi
		problem=$(try_rules 2>&1)
		worked=$?
		for table in filter nat; do iptables -w -t $table -F ENGINE-TRIAL && iptables -w -t $table -X ENGINE-TRIAL; done >/dev/null 2>&1
		if [ $worked = 0 ]; then return; fi
		tried="$tried; iptables$kind says: $problem"
	done
	refuse 24 "iptables does not work here, neither nftables nor legacy (${tried#; }): the host's kernel needs nf_tables or ip_tables with NAT"
}

# prefer_iptables -legacy|-nft: puts that kind first on PATH; false when it is not installed.
prefer_iptables() {
	command -v iptables$1 >/dev/null || return 1
	mkdir -p $state/bin
	for tool in iptables ip6tables iptables-save iptables-restore; do
		found=$(command -v "$(echo $tool | sed "s/tables/tables$1/")") && ln -sf "$found" $state/bin/$tool
	done
	case $PATH in $state/bin:*) ;; *) PATH=$state/bin:$PATH ;; esac
}

# The matches and targets that the rules below and dockerd's need, in chains that no packet reaches.
try_rules() {
	iptables -w -N ENGINE-TRIAL &&
		iptables -w -A ENGINE-TRIAL -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN &&
		iptables -w -A ENGINE-TRIAL -p tcp -j REJECT --reject-with tcp-reset &&
		iptables -w -t nat -N ENGINE-TRIAL &&
		iptables -w -t nat -A ENGINE-TRIAL -p tcp -m addrtype --dst-type LOCAL -j DNAT --to-destination 127.0.0.1:1 &&
		iptables -w -t nat -A ENGINE-TRIAL -j MASQUERADE
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
# The third are SUBNET=ADDRESSES:PORT: what a subnet may reach for all that.
protect_neighbours() {
	rule -N DOCKER-USER
	rule -A DOCKER-USER -m conntrack --ctstate RELATED,ESTABLISHED -j RETURN
	# Image builds reach no network inside. Docker keeps its networks apart too, but not in the moments in which it writes its
	# rules anew.
	rule -A DOCKER-USER -i docker0 ! -o eth+ -j ENGINE-REFUSE
	for entry in $(echo "$3" | tr ',' ' '); do
		subnet=${entry%%=*} to=${entry#*=}
		rule -A DOCKER-USER -s "$subnet" -o eth+ -d 169.254.0.0/16 -j ENGINE-REFUSE # metadata, whatever a name says
		rule -A DOCKER-USER -s "$subnet" -o eth+ -d "${to%:*}" -p tcp --dport "${to##*:}" -j RETURN
	done
	for subnet in $(echo "$1" | tr ',' ' '); do
		rule -A DOCKER-USER -s "$subnet" -o eth+ -j ENGINE-REFUSE
	done
	for entry in $(echo "$2" | tr ',' ' '); do
		subnet=${entry%%:*}
		case $entry in
		*:*)
			rule -A DOCKER-USER -s "$subnet" -o eth+ -d 169.254.0.0/16 -j ENGINE-REFUSE # metadata, whatever a name says
			rule -A DOCKER-USER -s "$subnet" -o eth+ -p tcp --dport "${entry#*:}" -j RETURN
			;;
		*) rule -A DOCKER-USER -s "$subnet" -o eth+ -j RETURN ;;
		esac
	done
	for range in 10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 169.254.0.0/16 100.64.0.0/10 127.0.0.0/8 0.0.0.0/8 224.0.0.0/4 240.0.0.0/4; do
		rule -A DOCKER-USER -o eth+ -d $range -j ENGINE-REFUSE
	done
}

# Published ports that need no dockerd. It publishes them too, but writes its rules anew whenever it starts: for about 0.6 s new
# connections would be refused. These rules are reached before Docker's, and dockerd changes none of them. They let in less than
# Docker's: only TCP from outside, to an address of the engine and a port that is named. Each entry is a container's ADDRESS:PORT;
# the engine's port has the same number. As long as the container's network is not there, protect_neighbours refuses.
# The second are FROM=ADDRESS:PORT: who inside reaches such a container for all that.
publish_ports() {
	rule -t nat -N ENGINE-PUBLISHED
	rule -t nat -A PREROUTING -i eth+ -m addrtype --dst-type LOCAL -j ENGINE-PUBLISHED
	rule -N ENGINE-PUBLISHED
	for entry in $(echo "${2:-}" | tr ',' ' '); do
		from=${entry%%=*} target=${entry#*=}
		rule -A ENGINE-PUBLISHED ! -i eth+ -s "$from" -d "${target%:*}" -p tcp --dport "${target##*:}" -j ACCEPT
		rule -A ENGINE-PUBLISHED ! -i eth+ -s "${target%:*}" -d "$from" -p tcp --sport "${target##*:}" -m conntrack --ctstate ESTABLISHED -j ACCEPT
	done
	for target in $(echo "$1" | tr ',' ' '); do
		address=${target%:*} port=${target##*:}
		rule -t nat -A ENGINE-PUBLISHED -p tcp --dport "$port" -j DNAT --to-destination "$target"
		rule -A ENGINE-PUBLISHED -i eth+ ! -o eth+ -p tcp -d "$address" --dport "$port" -m conntrack --ctstate DNAT -j ACCEPT
		rule -A ENGINE-PUBLISHED ! -i eth+ -o eth+ -p tcp -s "$address" --sport "$port" -m conntrack --ctstate DNAT -j ACCEPT
		# From inside nobody comes, not even in those moments.
		rule -A ENGINE-PUBLISHED ! -i eth+ ! -s "$address" -d "$address" -j ENGINE-REFUSE
	done
	rule -I DOCKER-USER -j ENGINE-PUBLISHED
	# For the moments in which dockerd takes the jump to DOCKER-USER out and puts it in again, and before its first start.
	rule -A FORWARD -j ENGINE-PUBLISHED
}

# Some paths take less than the usual 1500 bytes a packet (VPNs, clouds), and where ICMP is dropped the sender is never told. So
# both ends of every TCP connection are told the size that fits the narrower of the engine's two sides. A kernel without that
# target: the networks inside get the MTU of the outer side (mtu_flags in common.sh).
fit_segments() {
	if iptables -w -t mangle -A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu 2>/dev/null; then return; fi
	mtu=$(cat /sys/class/net/eth*/mtu 2>/dev/null | sort -n | head -n 1)
	if [ "${mtu:-1500}" -lt 1500 ]; then echo "$mtu" >$state/mtu; fi
}

rule() {
	problem=$(iptables -w "$@" 2>&1) || refuse 24 "the engine's firewall cannot be set up: iptables $* says: $problem"
}
