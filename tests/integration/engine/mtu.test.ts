import assert from "node:assert/strict";
import { wayOutMtu } from "../../../stack/way-out";
import { must } from "../../support/fleet/command";
import { type Fleet, theFleet } from "../../support/fleet/fleet";

/** Sets the MTU of the engine's outer side, as a host's network with that MTU would. */
const SET_MTU = `
socket(my $s, 2, 2, 0) or die "socket: $!";
ioctl($s, 0x8922, pack("a16 i x12", "eth0", $ARGV[0])) or die "SIOCSIFMTU: $!";`;

/** Connects, and prints how many bytes this end may send in one segment: TCP_MAXSEG. */
const SEGMENT = `
use IO::Socket::INET;
my $s = IO::Socket::INET->new(PeerAddr => $ARGV[0], Timeout => 10) or die "connect: $@";
print unpack("i", getsockopt($s, 6, 2));`;
describe("a path with an MTU below 1500", function () {
  this.timeout(900_000);
  let fleet: Fleet;
  before(async () => {
    fleet = await theFleet();
  });

  it("of the host's way out is the engine's too", async () => {
    const out = wayOutMtu() ?? 1_500;
    const mtu = await must("docker", ["exec", fleet.stack.engineName, "cat", "/sys/class/net/eth0/mtu"]);
    assert.equal(Number(mtu), Math.min(out, 1_500));
  });

  const outerMtu = (mtu: number) =>
    must("docker", ["exec", fleet.stack.engineName, "perl", "-e", SET_MTU, String(mtu)]);

  /** Bytes in a segment of a client beside the engine, on a side that takes as many bytes as before. */
  const segment = async () => {
    const { engineName, networkName } = fleet.stack;
    const client = ["run", "--rm", "--network", networkName, "--entrypoint", "perl", fleet.outputs.engine.imageId];
    return Number(await must("docker", [...client, "-e", SEGMENT, `${engineName}:18080`]));
  };

  it("is told to both ends of a connection through the engine, so that no packet is too large for it", async () => {
    const mtu = Number(await must("docker", ["exec", fleet.stack.engineName, "cat", "/sys/class/net/eth0/mtu"]));
    // 40 bytes of headers, and 12 of timestamps where they are in use.
    assert.ok((await segment()) >= mtu - 52);
    await outerMtu(1_200);
    try {
      const bytes = await segment();
      assert.ok(bytes <= 1_160, `${bytes} bytes in a segment, 1160 fit`);
    } finally {
      await outerMtu(mtu);
    }
  });
});
