import { docker, type Fleet, tryDocker } from "../fleet/fleet";

/** What the page inside says: whoever reads it has reached a private address. */
export const INSIDE = "This is inside";

/**
 * Answers DNS, and HTTP on port 80. A name's second label says what it leads to: see ANSWERS. "first" and "later" mean the
 * first question for that very name and all after it. Arguments: a public address where a site is, and one where nobody is.
 */
const PROGRAM = `
import http.server, ipaddress, socket, sys, threading
A, CNAME, AAAA = 1, 5, 28
public, nobody = sys.argv[1:]
own = socket.gethostbyname(socket.gethostname())
mapped = "::ffff:" + own
NONE = "there is no such name"
ANSWERS = {
    "public": [{A: [public]}],
    "private": [{A: [own]}],
    "private-public": [{A: [own, public]}],
    "public-private": [{A: [public, own]}],
    "nobody-private": [{A: [nobody, own]}],
    "many": [{A: [public] * 20 + [own] + [nobody]}],
    "public-mapped": [{A: [public], AAAA: [mapped]}],
    "mapped": [{AAAA: [mapped]}],
    "public-local6": [{A: [public], AAAA: ["fd00::1"]}],
    "local6-mapped": [{A: [public], AAAA: ["::1", mapped]}],
    "chain": [{A: [CNAME, public, own]}],
    "chain-last": [{A: [public, CNAME, own]}],
    "late": [NONE, {A: [own]}],
    "empty-late": [{}, {A: [own]}],
    "moves": [{A: [public]}, {A: [own]}],
}
asked = {}
def text(name):
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\\0"
def record(owner, what):
    if what == CNAME:
        data, kind = text("inside.example.net"), CNAME
    else:
        data = ipaddress.ip_address(what).packed
        kind = A if len(data) == 4 else AAAA
    return owner + kind.to_bytes(2, "big") + b"\\0\\1" + bytes(4) + len(data).to_bytes(2, "big") + data  # lives for 0 s
def answer(question):
    at, labels = 12, []
    while question[at]:
        labels.append(question[at + 1 : at + 1 + question[at]].decode())
        at += 1 + question[at]
    kind = int.from_bytes(question[at + 1 : at + 3], "big")
    name = ".".join(labels).lower()
    steps = ANSWERS.get(labels[1].lower() if len(labels) > 1 else "", [NONE])
    count = asked[name, kind] = asked.get((name, kind), 0) + 1
    step = steps[min(count, len(steps)) - 1]
    whats = [] if step == NONE else step.get(kind, [])
    records, owner = b"", b"\\xc0\\x0c"
    for what in whats:
        records += record(owner, what)
        if what == CNAME:
            owner = text("inside.example.net")
    code = 3 if step == NONE else 0
    head = question[:2] + bytes([0x85, 0x80 | code]) + b"\\0\\1" + len(whats).to_bytes(2, "big") + bytes(4)
    return head + question[12 : at + 5] + records
def names():
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind((own, 53))
    while True:
        question, client = server.recvfrom(2048)
        server.sendto(answer(question), client)
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print("hit", self.headers.get("Host"), self.path, flush=True)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"${INSIDE}")
    def log_message(self, *args):
        pass
threading.Thread(target=names, daemon=True).start()
print("ready", own, flush=True)
http.server.ThreadingHTTPServer((own, 80), Page).serve_forever()`;

/** Second labels of names that lead to a private address, alone or among others. */
export const LEADING_INSIDE = "private private-public public-private nobody-private many chain chain-last".split(" ");
/** Those that do by an address of IPv6. */
export const LEADING_INSIDE_BY_IPV6 = ["mapped", "public-mapped", "public-local6", "local6-mapped"];
/** Those that do from the second question on. */
export const LEADING_INSIDE_LATER = ["late", "empty-late", "moves"];

/** A name server inside the engine, in the network of the proxy's way out, and a page at its own, private address. */
export interface OwnNames {
  /** Of both. */
  address: string;
  /** The requests for the page. */
  hits(): Promise<string[]>;
  remove(): Promise<void>;
}

/** Starts it. `site` is where its public names lead, `nobody` a public address that does not answer. */
export async function startNames(fleet: Fleet, { site, nobody }: { site: string; nobody: string }): Promise<OwnNames> {
  const name = `test-names-${process.pid}`;
  const remove = async (): Promise<void> => void (await tryDocker(fleet, ["rm", "-f", name]));
  const log = async (): Promise<string[]> => (await docker(fleet, "logs", name)).split("\n");
  await remove();
  const python = await docker(fleet, "inspect", "mcp-http", "-f", "{{.Image}}");
  const walls = ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--memory", "128m"];
  const program = ["--entrypoint", "python", python, "-c", PROGRAM, site, nobody];
  try {
    await docker(fleet, "run", "-d", "--name", name, "--network", "mcp-outbound", ...walls, ...program);
    for (let tries = 0; tries < 60; tries++) {
      const address = /^ready (\S+)$/m.exec((await log()).join("\n"))?.[1];
      if (address)
        return { address, remove, hits: async () => (await log()).filter((line) => line.startsWith("hit ")) };
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    throw new Error(`${name} did not start: ${(await log()).join("\n")}`);
  } catch (error) {
    await remove();
    throw error;
  }
}
