import type { OwnProxy } from "./own-proxy";

/** A connection by hand. */
export interface Attempt {
  /** The host whose address is connected to. */
  to: string;
  port: number;
  /** TLS with this server name; "" is TLS without one. @default no TLS */
  sni?: string;
  /** HTTP's Host. @default none */
  host?: string;
  /** @default "/page" */
  target?: string;
  udp?: boolean;
}

/** A request as Python's http.client makes it, which knows no proxy. */
export interface Usual {
  scheme: "http" | "https";
  host: string;
  port: number;
}

const PROGRAM = `
import http.client, json, socket, ssl
context = ssl._create_unverified_context()
def attempt(to, port, sni=None, host=None, target="/page", udp=False):
    if udp:
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.settimeout(20)
        s.connect((to, port))
        s.send(b"x")
        return str(s.recv(9))
    s = socket.create_connection((to, port), 20)
    if sni is not None:
        s = context.wrap_socket(s, server_hostname=sni or None)
    lines = ["GET " + target + " HTTP/1.1", *(["Host: " + host] if host else []), "Connection: close", "", ""]
    s.sendall("\\r\\n".join(lines).encode())
    answer = b""
    while chunk := s.recv(65536):
        answer += chunk
    return answer.decode()
def usual(scheme, host, port):
    c = http.client.HTTPSConnection(host, port, timeout=20, context=context) if scheme == "https" else http.client.HTTPConnection(host, port, timeout=20)
    c.request("GET", "/page")
    answer = c.getresponse()
    return str(answer.status) + " " + answer.read().decode()
def tell(what):
    try:
        return usual(**what) if "scheme" in what else attempt(**what)
    except OSError as error:
        return type(error).__name__ + ": " + str(error)
print(json.dumps([tell(what) for what in json.loads(WHAT)]))`;

/** What comes back to programs that know no proxy, where the proxy's server is: the answer's text, or an error's. */
export async function tryPlainly(proxy: OwnProxy, what: (Attempt | Usual)[]): Promise<string[]> {
  return JSON.parse(await proxy.run(`WHAT = ${JSON.stringify(JSON.stringify(what))}\n${PROGRAM}`)) as string[];
}
