/** TLS and SASL on a real broker: what a properties file must support, and that its secrets stay secret. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer as createTlsServer } from "node:https";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { runCommand } from "../../src/core/process.ts";
import { withoutTls } from "../kafka/without-tls.ts";
import { Broker } from "./broker.ts";
import { run, type Outcome } from "./streamctl.ts";
import { topicValues } from "./topic-records.ts";

const scramPassword = "Wonderland-7";
const plainPassword = "Builder-8";
const topic = "transactions";

let folder: string;
let broker: Broker;

const untestable = withoutTls();
const hasTls = untestable === false;
const suite = hasTls ? describe : describe.skip;
if (!hasTls) test.skip(`TLS and SASL: ${untestable}`, () => {});

beforeAll(async () => {
  if (!hasTls) return;
  folder = await mkdtemp(join(tmpdir(), "streamctl-secure-"));
  await makeCertificates();
  broker = await Broker.start({
    listeners: ["SSL", "SASL_SSL"],
    properties: {
      "ssl.keystore.type": "PEM",
      "ssl.keystore.location": join(folder, "broker.pem"),
      "ssl.truststore.type": "PEM",
      "ssl.truststore.location": join(folder, "ca.crt"),
      "listener.name.ssl.ssl.client.auth": "required",
      "sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
      "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": "org.apache.kafka.common.security.scram.ScramLoginModule required;",
      "listener.name.sasl_ssl.plain.sasl.jaas.config": `org.apache.kafka.common.security.plain.PlainLoginModule required user_bob="${plainPassword}";`,
    },
    formatArgs: ["--add-scram", `SCRAM-SHA-512=[name=alice,password=${scramPassword}]`],
  });
  await broker.createTopic(topic);
});

afterAll(async () => {
  if (!hasTls) return;
  await broker?.end();
  await rm(folder, { recursive: true, force: true });
});

/** Two certificate authorities; the first signs broker and client. Each name stands for `<name>.key` and `<name>.crt`. */
async function makeCertificates(): Promise<void> {
  const make = async (name: string, ...args: readonly string[]): Promise<void> => {
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", `${name}.key`];
    const command = ["req", "-x509", ...key, "-out", `${name}.crt`, "-days", "2", "-subj", `/CN=${name}`, ...args];
    const { exitCode, output } = await runCommand({ program: "openssl", args: command, cwd: folder });
    if (exitCode !== 0) throw new Error(output);
  };
  const signed = ["-CA", "ca.crt", "-CAkey", "ca.key"];
  await make("ca");
  await make("other");
  await make("broker", ...signed, "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost");
  await make("client", ...signed);
  const parts = ["broker.key", "broker.crt"].map(async (name) => await readFile(join(folder, name), "utf8"));
  await writeFile(join(folder, "broker.pem"), (await Promise.all(parts)).join(""));
}

const tls = { "security.protocol": "ssl", "ssl.ca.location": "ca.crt" };
const mutualTls = { ...tls, "ssl.certificate.location": "client.crt", "ssl.key.pem": "${file:client.key}" };
const scram = {
  ...tls,
  "security.protocol": "sasl_ssl",
  "sasl.mechanism": "SCRAM-SHA-512",
  "sasl.username": "alice",
  "sasl.password": "${env:KAFKA_PASSWORD}",
};
const plain = { ...scram, "sasl.mechanism": "PLAIN", "sasl.username": "bob", "sasl.password": plainPassword };

/** The login as Java clients configure it. */
const java = {
  ...tls,
  "security.protocol": "SASL_SSL",
  "sasl.mechanism": "SCRAM-SHA-512",
  "sasl.jaas.config": 'org.apache.kafka.common.security.scram.ScramLoginModule required username="alice" password="${env:KAFKA_PASSWORD}";',
};

type Listener = "PLAINTEXT" | "SSL" | "SASL_SSL";

/** `data` with these properties in a file, in its own state folder, to a listener of the broker or to addresses. */
async function data(
  at: Listener | `${string}:${number}`,
  properties: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Outcome & { stateDir: string }> {
  const brokers = at === "PLAINTEXT" || at === "SSL" || at === "SASL_SSL" ? broker.addressOf(at) : at;
  const own = await mkdtemp(join(folder, "run-"));
  const file = join(own, "client.properties");
  const stateDir = join(own, "state");
  await writeFile(
    file,
    Object.entries(properties)
      .map(([name, value]) => `${name}=${value}\n`)
      .join(""),
  );
  await chmod(file, 0o600);
  const words = ["data", "--brokers", brokers, "--kafka-config", file, "--state-dir", stateDir, ...args];
  return { stateDir, ...(await run(words, { cwd: folder, env: { KAFKA_PASSWORD: scramPassword } })) };
}

suite("data over TLS and SASL", () => {
  const ways: readonly (readonly [string, Listener, Readonly<Record<string, string>>])[] = [
    ["TLS with a certificate of the client's own", "SSL", mutualTls],
    ["SCRAM, its password from the environment", "SASL_SSL", scram],
    ["SCRAM, as Java's clients are given it", "SASL_SSL", java],
    ["PLAIN, its password in a file that only its owner can read", "SASL_SSL", plain],
  ];

  for (const [seed, [way, listener, properties]] of ways.entries()) {
    test(`${way}: exactly what was requested is in the topic`, async () => {
      const before = await topicValues(broker.address, topic);
      const records = ["-n", "5000", "--seed", String(seed), "--start-time", "2026-01-01T00:00:00Z"];
      const { stdout, stderr, exitCode } = await data(listener, properties, ...records, "--json");
      expect([exitCode, stderr]).toEqual([0, expect.stringMatching(/^\[info\] Sending to .*\n$/u)]);
      expect(JSON.parse(stdout)).toMatchObject({ requested: 5000, accepted: 5000, delivered: 5000, failed: 0, unresolved: 0 });
      const expected = (await run(["data", "--dry-run", ...records])).stdout.trimEnd().split("\n");
      const found = await topicValues(broker.address, topic);
      expect(found.toSorted()).toEqual([...before, ...expected].toSorted());
    });
  }

  test("an address of another kind of server does no harm next to a working one", async () => {
    const server = createServer((socket) => socket.on("error", () => {}).end("this is no TLS\n"));
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    for (const seed of ["1", "2", "3"]) {
      const brokers = `${broker.addressOf("SASL_SSL")},127.0.0.1:${port}` as const;
      const { exitCode, stdout } = await data(brokers, scram, "-n", "10", "--seed", seed, "--json");
      expect([exitCode, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ delivered: 10 })]);
    }
    server.close();
  });

  const refusals: readonly (readonly [string, Listener, Readonly<Record<string, string>>, RegExp])[] = [
    [
      "a wrong password",
      "SASL_SSL",
      { ...scram, "sasl.password": "wrong" },
      /invalid credentials.*\nhint: Check sasl.mechanism, sasl.username and/u,
    ],
    [
      "an unknown user",
      "SASL_SSL",
      { ...scram, "sasl.username": "carol" },
      /invalid credentials.*\nhint: Check sasl.mechanism, sasl.username and/u,
    ],
    [
      "another mechanism",
      "SASL_SSL",
      { ...scram, "sasl.mechanism": "SCRAM-SHA-256" },
      /Unsupported SASL mechanism.*\nhint: Check sasl.mechanism/u,
    ],
    [
      "another authority",
      "SSL",
      { ...mutualTls, "ssl.ca.location": "other.crt" },
      /certificate verify failed.*\nhint: Check .*ssl.ca.location/u,
    ],
    ["no authority", "SSL", { ...mutualTls, "ssl.ca.location": "none.crt" }, /ssl.ca.location failed.*\nhint: Check the properties/u],
    ["no certificate of its own", "SSL", tls, /\nhint: (?:Check .*the client's certificate|Set the protocol of this listener)/u],
    ["no TLS", "SSL", {}, /closed by peer.*\nhint: Set the protocol of this listener, such as security.protocol/u],
    ["TLS for none", "PLAINTEXT", tls, /closed by peer.*\nhint: Set the protocol of this listener, such as security.protocol/u],
    ["no credentials", "SASL_SSL", tls, /\nhint: Set the protocol of this listener, such as security.protocol/u],
  ];

  test("a refusal of the broker is printed in two lines, with a hint, and leaves no run in the ledger", async () => {
    const outcomes = await Promise.all(refusals.map(async ([, listener, properties]) => await data(listener, properties, "-n", "10")));
    for (const [index, [what, , , says]] of refusals.entries()) {
      const { exitCode, stdout, stderr, stateDir } = outcomes[index] as (typeof outcomes)[number];
      const said = stderr.slice(stderr.search(/^error: /mu));
      expect({ what, exitCode, stdout, said }).toEqual({ what, exitCode: 1, stdout: "", said: expect.stringMatching(says) });
      expect(said.trimEnd().split("\n")).toHaveLength(2);
      expect(await readdir(stateDir).catch(() => "none")).toBe("none");
    }
  });
});

suite("a secret", () => {
  /** All texts that a run left: its output and the files of its state folder. */
  async function left({ stdout, stderr, stateDir }: Outcome & { stateDir: string }): Promise<readonly (readonly [string, string])[]> {
    const files = (await readdir(stateDir, { recursive: true, withFileTypes: true }).catch(() => [])).filter((entry) => entry.isFile());
    const texts = files.map(async ({ name, parentPath }) => [name, await readFile(join(parentPath, name), "utf8")] as const);
    return [["stdout", stdout], ["stderr", stderr], ...(await Promise.all(texts))];
  }

  test.each([
    ["a password from the environment", scram],
    ["a password in the file", plain],
    ["a wrong password", { ...scram, "sasl.password": "Looking-Glass-9" }],
  ])("%s appears nowhere, at any log level", async (_, properties) => {
    const outcome = await data("SASL_SSL", { ...properties, debug: "all" }, "-n", "100", "--verbose");
    const texts = await left(outcome);
    expect(outcome.stderr).toContain("[debug] Kafka client: ");
    expect(texts.map(([name]) => name)).toEqual(outcome.exitCode === 0 ? ["stdout", "stderr", "ledger.ndjson"] : ["stdout", "stderr"]);
    for (const secret of [scramPassword, plainPassword, "Looking-Glass-9"]) {
      const forms = [secret, Buffer.from(secret).toString("base64").replace(/=+$/u, ""), Buffer.from(secret).toString("hex")];
      expect(texts.filter(([, text]) => forms.some((form) => text.includes(form))).map(([name]) => name)).toEqual([]);
    }
  });

  test("is refused as a flag, and not repeated", async () => {
    for (const args of [
      ["--sasl-password", "hunter2"],
      ["--sasl.password=hunter2"],
      ["-X", "sasl.password=hunter2"],
      ["--kafka-config", "sasl.password=hunter2"],
      ["--kafka-config=sasl.password=hunter2"],
      ["--brokers", "alice:hunter2@127.0.0.1:9092"],
      ["--brokers", "sasl_ssl://alice:hunter2@127.0.0.1:9092"],
    ]) {
      const { exitCode, stdout, stderr } = await run(["data", "-n", "1", ...args, "--verbose"], { cwd: folder });
      expect([args, exitCode, `${stdout}${stderr}`.includes("hunter2")]).toEqual([args, 2, false]);
    }
  });
});

test.skipIf(!hasTls)("an engine behind TLS is asked where its authority is trusted, and otherwise named with what to type", async () => {
  const [key, cert] = await Promise.all(["broker.key", "broker.crt"].map((name) => readFile(join(folder, name), "utf8")));
  const server = createTlsServer({ key: key ?? "", cert: cert ?? "" }, (_, response) => void response.end('{"a":1}'));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const src = resolve(import.meta.dir, "../../src/core");
  const program = `
    import { exchange } from "${src}/http.ts";
    import { postForLines } from "${src}/http-lines.ts";
    const lines = async (url) => (await Array.fromAsync((await postForLines(url, {
      body: {}, headers: {}, signal: new AbortController().signal, timeoutMs: 5000 })).lines)).join();
    const told = ({ code, message, hint }) => [code, message.replace(/:\\d+/, ""), hint ?? ""].join("|");
    for (const answer of [exchange("${address}").then(({ text }) => text), lines("${address}")]) console.log(await answer.catch(told));
  `;
  const ask = async (trusted: string): Promise<readonly string[]> => {
    const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, trusted) };
    return (await run(["-e", program], { program: [process.execPath], env })).stdout.trim().split("\n");
  };
  expect(await ask("ca.crt")).toEqual(['{"a":1}', '{"a":1}']);
  const hint = "Trust the authority that signed the certificate: NODE_EXTRA_CA_CERTS=ca.pem";
  const distrust = `prerequisite|Cannot trust "https://127.0.0.1": unable to verify the first certificate|${hint}`;
  expect(await ask("other.crt")).toEqual([distrust, distrust]);
  server.close();
});
