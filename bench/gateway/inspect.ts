/**
 * Takes a CPU profile of the Node process whose inspector listens on this network's loopback, and prints it.
 *   inspect SECONDS
 */
const seconds = Number(process.argv[2]);

interface Reply {
  id?: number;
  result?: { profile?: unknown };
}

async function main(): Promise<void> {
  const [inspected] = (await (await fetch("http://127.0.0.1:9229/json/list")).json()) as {
    webSocketDebuggerUrl: string;
  }[];
  if (!inspected) throw new Error("the inspector knows no process");
  const socket = new WebSocket(inspected.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  let last = 0;
  const call = (method: string, params: object = {}): Promise<Reply> => {
    const id = ++last;
    socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve) => {
      socket.addEventListener("message", ({ data }: MessageEvent) => {
        const reply = JSON.parse(String(data)) as Reply;
        if (reply.id === id) resolve(reply);
      });
    });
  };
  await call("Profiler.enable");
  await call("Profiler.setSamplingInterval", { interval: 250 });
  await call("Profiler.start");
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  const { result } = await call("Profiler.stop");
  process.stdout.write(JSON.stringify(result?.profile));
  socket.close();
}

void main();
