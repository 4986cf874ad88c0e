#!/usr/bin/env bash
# rootfs.sh FOLDER: makes FOLDER/disk.ext4, vmlinuz and initrd.img: a Debian with Docker as its packages set it up, and a few ways in.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=/dev/null
. "$here/../../toolchain/versions.sh"
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

# way_in NAME PORT TARGET: from the user network to a socket of the machine, so that Docker itself stays as Debian sets it up.
way_in() {
  printf '[Socket]\nListenStream=10.0.2.15:%s\nFreeBind=yes\n[Install]\nWantedBy=sockets.target\n' "$2" >"$units/$1.socket"
  printf '[Service]\nExecStart=/usr/lib/systemd/systemd-socket-proxyd %s\n' "$3" >"$units/$1.service"
}
way_in docker-in 2375 /run/docker.sock
way_in engine-in 12376 127.0.0.1:12376

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
systemctl --root "$root" --quiet enable systemd-networkd docker-in.socket engine-in.socket off.socket userns.service
systemctl --root "$root" --quiet mask systemd-networkd-wait-online.service apt-daily.timer apt-daily-upgrade.timer

cp "$root"/boot/vmlinuz-* "$folder/vmlinuz"
cp "$root"/boot/initrd.img-* "$folder/initrd.img"
cp "$root/usr/bin/busybox" "$folder/busybox"
rm -f "$folder/disk.ext4"
truncate -s 8G "$folder/disk.ext4"
mkfs.ext4 -q -d "$root" "$folder/disk.ext4"
rm -rf "$root"
