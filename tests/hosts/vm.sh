# shellcheck shell=bash disable=SC2034,SC2054,SC2154
# Sourced by run.sh: one virtual machine at a time, reached by three forwarded ports on the loopback address.

# KVM is no use when a kernel does not come up under it: a kernel without a disk gives up within seconds, and says so.
choose_accelerator() {
  accelerator=(-accel tcg,thread=multi -cpu max)
  [ -w /dev/kvm ] || return 0
  # A subshell of its own, so that the shell's word about qemu's end (it aborts where KVM is broken) is not shown.
  (timeout 20 qemu-system-x86_64 -accel kvm -cpu host -m 512 -kernel "$work/vmlinuz" -append 'console=ttyS0 panic=-1' \
    -nic none -display none -monitor none -no-reboot -serial "file:$work/kvm.log" || true) >/dev/null 2>&1
  if grep -q 'Unable to mount root' "$work/kvm.log" 2>/dev/null; then accelerator=(-accel kvm -cpu host); fi
}

free_ports() {
  node -e 'const servers = [0, 1, 2].map(() => require("net").createServer().listen(0, "127.0.0.1"));
    setTimeout(() => { console.log(servers.map((s) => s.address().port).join(" ")); servers.forEach((s) => s.close()); }, 50)'
}

# boot NAME WORD...: words for the kernel's command line. Returns when the machine's Docker answers.
boot() {
  local name=$1
  shift
  read -r docker_port engine_port off_port <<<"$(free_ports)"
  qemu-system-x86_64 "${accelerator[@]}" -smp 2 -m 3072 -no-reboot -display none -monitor none \
    -kernel "$work/vmlinuz" -initrd "$work/initrd.img" -append "root=/dev/vda rw console=ttyS0 net.ifnames=0 $*" \
    -drive "file=$work/disk.ext4,format=raw,if=virtio,cache=unsafe" -serial "file:$work/$name.log" \
    -nic "user,model=virtio-net-pci,restrict=on,hostfwd=tcp:127.0.0.1:$docker_port-:2375,hostfwd=tcp:127.0.0.1:$engine_port-:12376,hostfwd=tcp:127.0.0.1:$off_port-:9" &
  vm=$!
  until docker -H "tcp://127.0.0.1:$docker_port" version >/dev/null 2>&1; do
    running "$vm" || die "the virtual machine ended while booting; its console: $work/$name.log"
    [ $SECONDS -lt "$deadline" ] || die "Docker in the virtual machine did not answer in time; its console: $work/$name.log"
    sleep 1
  done
}

# In order when it listens, by force when not.
power_off() {
  [ -n "${vm:-}" ] || return 0
  (exec 3<>"/dev/tcp/127.0.0.1/$off_port" && timeout 5 cat <&3 >/dev/null) 2>/dev/null || true
  wait_for 90 gone "$vm" || kill -9 "$vm" 2>/dev/null || true
  wait "$vm" 2>/dev/null || true
  vm=
}
