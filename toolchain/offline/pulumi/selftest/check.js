// check.js STATE OUTPUTS: what was made is right, and nothing secret is readable in the state.

const assert = require("node:assert/strict");
const fs = require("node:fs");
const tls = require("node:tls");

const state = fs.readFileSync(process.argv[2], "utf8");
const outputs = JSON.parse(fs.readFileSync(process.argv[3], "utf8"));
const { ca, server, client, rsa, secrets, plain } = outputs;

for (const [name, value] of Object.entries({ ...secrets, server: server.key, client: client.key, rsa: rsa.key })) {
  assert.ok(value.length > 20, `${name} is too short to be a secret`);
  const core = value.includes("\n") ? value.split("\n")[1] : value;
  assert.ok(
    !state.includes(core) && !state.includes(JSON.stringify(core).slice(1, -1)),
    `${name} is readable in the state`,
  );
}
assert.ok(!state.includes("PRIVATE KEY"), "a private key is readable in the state");
assert.equal(secrets.password.length, 40);
assert.ok(secrets.password.match(/[^A-Za-z0-9]/g).length >= 4, "too few special characters");
assert.equal(Buffer.from(secrets.bytes, "base64").length, 32);
assert.match(plain.text, /^[a-z0-9]{12}$/);
assert.ok(plain.port >= 20000 && plain.port <= 20010);

// Mutual TLS, each side checking the other: once with an EC server key, once with RSA.
async function handshake(side) {
  const listener = tls.createServer({ ca, ...side, requestCert: true, rejectUnauthorized: true }, (socket) => {
    socket.end(socket.getPeerCertificate().subject.CN);
  });
  await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
  const socket = tls.connect({
    port: listener.address().port,
    host: "127.0.0.1",
    servername: "localhost",
    ca,
    ...client,
  });
  let heard = "";
  for await (const chunk of socket) heard += chunk;
  listener.close();
  assert.equal(heard, "client");
}

(async () => {
  await handshake(server);
  await handshake(rsa);
  await assert.rejects(handshake({ cert: client.cert, key: client.key }), /purpose|unsuitable/i); // not a server's certificate
  console.log("values, secrets and mutual TLS are right");
  process.exit(0);
})();
