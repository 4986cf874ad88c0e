#!/usr/bin/env bash
# rootfs.sh FOLDER: makes FOLDER/disk.ext4, vmlinuz and initrd.img: a Debian with Docker as its packages set it up, and a few ways in.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../../toolchain/offline/versions.sh"
folder=$1 root=$1/root
rm -rf "$root"
mmdebstrap --quiet --variant=minbase \
  --include=linux-image-cloud-amd64,initramfs-tools,systemd-sysv,docker.io,docker-cli,apparmor,iptables,ca-certificates,busybox-static \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  "$DEBIAN_SUITE" "$root"
units=$root/etc/systemd/system
echo vm >"$root/etc/hostname"

# The address that qemu's user network forwards to; nothing leads out of it.
printf '[Match]\nName=eth0\n[Network]\nAddress=10.0.2.15/24\n' >"$root/etc/systemd/network/eth0.network"

# Docker as Debian sets it up, listening here as well. (A proxy in between would not do: it takes a half-closed connection, which
# is how `docker exec` begins, for a closed one.)
mkdir -p "$units/docker.socket.d"
printf '[Socket]\nListenStream=10.0.2.15:2375\nFreeBind=yes\n' >"$units/docker.socket.d/in.conf"

# The engine's API is published on the machine's loopback address only. TLS has its own way to half-close, so here a proxy does.
printf '[Socket]\nListenStream=10.0.2.15:12376\nFreeBind=yes\n[Install]\nWantedBy=sockets.target\n' >"$units/engine-in.socket"
printf '[Service]\nExecStart=/usr/lib/systemd/systemd-socket-proxyd 127.0.0.1:12376\n' >"$units/engine-in.service"

# A connection to port 9 ends the machine, with its disk in order.
printf '[Socket]\nListenStream=10.0.2.15:9\nFreeBind=yes\nAccept=yes\n[Install]\nWantedBy=sockets.target\n' >"$units/off.socket"
printf '[Service]\nExecStart=/usr/bin/systemctl poweroff\n' >"$units/off@.service"

# With dind_mcp.userns on the kernel's command line, Docker remaps users.
cat >"$units/userns.service" <<'UNIT'
[Unit]
ConditionKernelCommandLine=dind_mcp.userns
Before=docker.service
[Service]
Type=oneshot
ExecStart=/bin/sh -c 'echo "{\\"userns-remap\\": \\"default\\"}" >/etc/docker/daemon.json'
[Install]
WantedBy=docker.service
UNIT
mkdir -p "$root/etc/docker"
systemctl --root "$root" --quiet enable systemd-networkd engine-in.socket off.socket userns.service
systemctl --root "$root" --quiet mask systemd-networkd-wait-online.service apt-daily.timer apt-daily-upgrade.timer

cp "$root"/boot/vmlinuz-* "$folder/vmlinuz"
cp "$root"/boot/initrd.img-* "$folder/initrd.img"
cp "$root/usr/bin/busybox" "$folder/busybox"
rm -f "$folder/disk.ext4"
truncate -s 8G "$folder/disk.ext4"
mkfs.ext4 -q -d "$root" "$folder/disk.ext4"
rm -rf "$root"
