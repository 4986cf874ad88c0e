import { must, run as tried } from "../fleet/command";
import type { Fleet } from "../fleet/fleet";

/** A host name that the catalog's http server may reach, on port 80. */
export const ALLOWED = "example.com";
/** What the site's page says. */
export const MARKER = "The kettle boils at noon";

/** A web site outside the engine, under names of the test's choice. */
export interface Site {
  /** The site's public-looking address. */
  address: string;
  /** The same site's address in a private network, which the engine itself does reach. */
  privateAddress: string;
  /** Names on the http server's allow-list (port 443): of the public address, and of the private one. */
  publicName: string;
  privateName: string;
  /** A name of the public address, until `rebind` moves it to the private one; nothing has the public address then. */
  movingName: string;
  rebind(): Promise<void>;
  /** The requests it has answered, one a line, since it started. */
  requests(): Promise<string[]>;
  /** Has it speak TLS on 8443 as well, with a certificate of its own; it answers what was asked of openssl's server. */
  serveTls(): Promise<void>;
  /** Removes the site and its networks. */
  remove(): Promise<void>;
}

/** What a site is, when it is not the usual one. */
export interface SiteOptions {
  /** Docker's options, program and arguments for the engine's image. @default plain HTTP in perl */
  run?: (image: string) => string[];
  /** The name of its private address. @default one of its own */
  privateName?: string;
  /** Further names of its public address. @default none */
  publicNames?: string[];
}

const LABEL = "dind-mcp.test-site";

/** Plain HTTP on both ports: /page is a page, /to?URL leads to URL. perl, as every Debian image has it. */
const PROGRAM = `
use strict; use IO::Socket::INET; $| = 1;
my $port = fork ? 80 : 443;
my $listener = IO::Socket::INET->new(LocalPort => $port, Listen => 64, ReuseAddr => 1) or die "port $port: $!";
$SIG{TERM} = sub { exit };
while (my $client = $listener->accept) {
  my ($method, $target) = split ' ', scalar <$client> // next;
  my $host = '';
  while (my $line = <$client>) { last if $line =~ /^\\r?\\n/; $host = $1 if $line =~ /^host:\\s*(\\S+)/i }
  print "$port $method $host $target\\n";
  my ($status, $type, $body) = ('404 Not Found', 'text/plain', 'nothing here');
  my $more = '';
  if ($target =~ m{/to\\?(.*)}) {
    ($status, $more, $body) = ('302 Found', "Location: $1\\r\\n", 'elsewhere');
  } elsif ($target =~ m{/page$}) {
    ($status, $type, $body) = ('200 OK', 'text/html', '<html><body><h1>A page</h1><p>${MARKER}.</p></body></html>');
  }
  print $client "HTTP/1.1 $status\\r\\nContent-Type: $type\\r\\nContent-Length: " . length($body) . "\\r\\n\${more}Connection: close\\r\\n\\r\\n$body";
  close $client;
}`;

const plainHttp = (image: string): string[] => ["--entrypoint", "perl", image, "-e", PROGRAM];

/**
 * Puts a site where the world is: on the host engine, in networks that the engine's container joins for the time. What
 * a server sends there goes the whole way: egress proxy, the engine's firewall and address translation, its outer side.
 */
export async function startSite(fleet: Fleet, options: SiteOptions = {}): Promise<Site> {
  const engine = fleet.stack.engineName;
  await removeSite(engine); // of a run that was killed
  // The stack's own octet, so that runs at the same time keep apart; a small range, for others may be in real use.
  const octet = Number(fleet.stack.networkCidr.split(".")[2]);
  const slot = (octet % 32) * 8;
  const id = `${process.pid}-${Date.now() % 1_000_000}`;
  const { run = plainHttp, privateName = `private-${id}.wikipedia.org`, publicNames = [] } = options;
  const publicName = `public-${id}.wikipedia.org`;
  const movingName = `moving-${id}.wikipedia.org`;
  const site = `mcp-test-site-${process.pid}-0`;
  const networks = [
    {
      name: `mcp-test-site-${process.pid}-1`,
      prefix: "198.51.100",
      aliases: [ALLOWED, publicName, movingName, ...publicNames],
    },
    { name: `mcp-test-site-${process.pid}-2`, prefix: "10.199.77", aliases: [privateName] },
  ];
  const label = ["--label", `${LABEL}=${engine}`];
  const walls = ["--read-only", "--cap-drop", "ALL", "--cap-add", "NET_BIND_SERVICE", "--memory", "64m"];
  const temporary = ["--tmpfs", "/tmp:size=1m"];
  try {
    await must("docker", [
      ...["create", "--name", site, ...label, ...walls, ...temporary, "--network", "none", "--no-healthcheck"],
      ...run(fleet.outputs.engine.imageId),
    ]);
    await must("docker", ["network", "disconnect", "none", site]);
    for (const { name, prefix, aliases } of networks) {
      const subnet = `${prefix}.${slot}/29`;
      // Internal: the engine's own way out stays what it is.
      await must("docker", ["network", "create", "--internal", "--subnet", subnet, ...label, name]);
      const named = aliases.flatMap((alias) => ["--alias", alias]);
      await must("docker", ["network", "connect", "--ip", `${prefix}.${slot + 2}`, ...named, name, site]);
      await must("docker", ["network", "connect", "--ip", `${prefix}.${slot + 3}`, name, engine]);
    }
    await must("docker", ["start", site]);
  } catch (error) {
    await removeSite(engine);
    throw error;
  }
  return {
    address: `198.51.100.${slot + 2}`,
    privateAddress: `10.199.77.${slot + 2}`,
    ...{ publicName, privateName, movingName },
    rebind: async () => {
      const ip = ["--ip", `10.199.77.${slot + 2}`];
      const [{ name: open = "" } = {}, { name: closed = "" } = {}] = networks;
      for (const network of [open, closed]) await must("docker", ["network", "disconnect", network, site]);
      await must("docker", ["network", "connect", ...ip, "--alias", movingName, closed, site]);
    },
    serveTls: async () => {
      const make =
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout /tmp/k -out /tmp/c -subj /CN=site";
      await must("docker", ["exec", site, "sh", "-c", `${make} 2>/dev/null`]);
      await must("docker", [
        "exec",
        "-d",
        site,
        ...["openssl", "s_server", "-accept", "8443", "-key", "/tmp/k"],
        ...["-cert", "/tmp/c", "-www"],
      ]);
    },
    requests: async () => (await must("docker", ["logs", site])).split("\n"),
    remove: () => removeSite(engine),
  };
}

async function removeSite(engine: string): Promise<void> {
  const filter = ["--filter", `label=${LABEL}=${engine}`];
  const found = async (kind: string, ...args: string[]) =>
    (await must("docker", [kind, "ls", ...args, ...filter, "-q"])).split("\n").filter(Boolean);
  for (const container of await found("container", "-a")) await must("docker", ["rm", "-f", container]);
  for (const network of await found("network")) {
    await tried("docker", ["network", "disconnect", "-f", network, engine]); // it may not be in it
    await must("docker", ["network", "rm", network]);
  }
}
