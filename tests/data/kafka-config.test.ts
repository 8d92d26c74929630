import { describe, expect, test } from "bun:test";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseKafkaConfig, readKafkaConfig } from "../../src/data/kafka-config.ts";
import { temporaryFolder } from "../temporary-folder.ts";

test("parseKafkaConfig() reads properties, comments and empty lines", () => {
  const text = [
    "\u{FEFF}# a cluster with TLS",
    "bootstrap.servers=one:9093,two:9093",
    "",
    "  security.protocol = sasl_ssl\t",
    "sasl.password=a=b#c ${env:D}",
    "\r",
    "ssl.key.password=",
  ].join("\n");
  expect(parseKafkaConfig(text, "kafka.properties")).toEqual([
    { number: 2, name: "bootstrap.servers", value: "one:9093,two:9093" },
    { number: 4, name: "security.protocol", value: "sasl_ssl" },
    { number: 5, name: "sasl.password", value: "a=b#c ${env:D}" },
    { number: 7, name: "ssl.key.password", value: "" },
  ]);
  expect(parseKafkaConfig("", "kafka.properties")).toEqual([]);
  expect(parseKafkaConfig("a=1\r\nb=2\r\n", "kafka.properties").map(({ value }) => value)).toEqual(["1", "2"]);
});

test("parseKafkaConfig() joins the lines of a JAAS configuration as Java does", () => {
  const text = "sasl.jaas.config=a.PlainLoginModule required \\\n\tusername=alice password='hun\\\n  ter2';\nacks=all";
  expect(parseKafkaConfig(text, "kafka.properties")).toEqual([
    { number: 1, name: "sasl.jaas.config", value: "a.PlainLoginModule required username=alice password='hunter2';" },
    { number: 4, name: "acks", value: "all" },
  ]);
});

test.each([
  ["a=1\n\nacks", 'Cannot read "kafka.properties": line 3 has no "="'],
  ["=1", 'Cannot read "kafka.properties": line 1 has no valid property name'],
  ["two words=1", 'Cannot read "kafka.properties": line 1 has no valid property name'],
  ["a=1\n# x\na=2", 'Cannot read "kafka.properties": line 3 sets "a" again'],
])("parseKafkaConfig() refuses %p", (text, message) => {
  expect(() => parseKafkaConfig(text, "kafka.properties")).toThrow(message);
});

describe("readKafkaConfig()", () => {
  /** Reads a file of these lines; returns the properties or the error, and the warnings. */
  async function read(lines: readonly string[], { mode = 0o600, environment = {} } = {}) {
    const folder = await temporaryFolder();
    const file = join(folder, "client.properties");
    await writeFile(file, lines.join("\n").replaceAll("FOLDER", folder));
    await writeFile(join(folder, "password"), "from a ${env:FILE}\n");
    await chmod(file, mode);
    const warnings: string[] = [];
    const answer: unknown = await readKafkaConfig(file, { environment, warn: (message) => warnings.push(message) }).catch(
      (reason: unknown) => reason,
    );
    return { answer, file, warnings: warnings.map((warning) => warning.replace(file, "FILE")) };
  }

  test("replaces references by variables and files, and does not resolve references in these", async () => {
    const lines = ["sasl.username=${env:NAME}", "sasl.password=${file:FOLDER/password}", "client.id=a-${env:NAME}-$-${}-${env:NAME}"];
    const { answer, warnings } = await read(lines, { environment: { NAME: "alice" }, mode: 0o644 });
    expect(answer).toEqual({ "sasl.username": "alice", "sasl.password": "from a ${env:FILE}", "client.id": "a-alice-$-${}-alice" });
    expect(warnings).toEqual([]);
  });

  test.each([
    ["${env:NOBODY}", "the environment variable NOBODY is not set"],
    ["${env:EMPTY}", "the environment variable EMPTY is empty"],
    ["${file:/no/such/file}", '"/no/such/file" cannot be read: the file does not exist'],
    ["hunter2${vault:place}", "the reference names neither a variable nor a file"],
    ["hunter2${env:NAME", "the reference names neither a variable nor a file"],
  ])("refuses %p, and does not quote a value", async (value, why) => {
    const { answer, file } = await read(["# ours", `sasl.password=${value}`], { environment: { EMPTY: "", NAME: "x" } });
    expect(answer).toMatchObject({ code: "usage", message: `Cannot read "${file}": line 2 has no value for sasl.password: ${why}` });
  });

  test.each([
    ["acks=0", "sets acks, but messages without acknowledgement cannot be counted"],
    ["acks=${env:ACKS}", "sets acks, but messages without acknowledgement cannot be counted"],
    ["transactional.id=t", "sets transactional.id, but streamctl does not send in transactions"],
  ])("refuses %p, which would prevent exact delivery counts", async (line, why) => {
    const { answer, file } = await read(["# ours", line], { environment: { ACKS: "0" } });
    expect(answer).toMatchObject({ code: "usage", message: `Cannot read "${file}": line 2 ${why}` });
  });

  test("reads a file of Java's clients: translates the login, says what it ignores, shows no secret", async () => {
    const lines = [
      "security.protocol=SASL_SSL",
      "sasl.mechanism=PLAIN",
      "sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required \\",
      '  username="alice" \\',
      '  password="hunter2";',
      "acks=all",
      "key.serializer=org.apache.kafka.common.serialization.StringSerializer",
      "schema.registry.url=https://registry",
      "basic.auth.user.info=KEY:hunter3",
    ];
    const { answer, warnings } = await read(lines, { mode: 0o644 });
    expect(answer).toEqual({
      "security.protocol": "SASL_SSL",
      "sasl.mechanism": "PLAIN",
      "sasl.username": "alice",
      "sasl.password": "hunter2",
      acks: "all",
    });
    expect(warnings).toEqual([
      'Ignored in "FILE", because only Java clients and other tools use them: key.serializer (line 7), schema.registry.url (line 8), basic.auth.user.info (line 9)',
      'Other users can read sasl.password in "FILE": run chmod 600, or write sasl.password=${env:NAME} or sasl.password=${file:PATH}',
    ]);
  });

  test("warns of another partitioner separately", async () => {
    const { answer, warnings } = await read(["partitioner.class=com.example.Mine", "buffer.memory=1", "acks=all"]);
    expect(answer).toEqual({ acks: "all" });
    expect(warnings).toEqual([
      'Ignored in "FILE": partitioner.class (line 1); your Java clients may send keys to other partitions, because streamctl uses the default partitioner of Java',
      'Ignored in "FILE", because only Java clients and other tools use them: buffer.memory (line 2)',
    ]);
  });

  test.each([
    [["acks=all", "ssl.enabled.protocols=TLSv1.3"], "line 2 sets ssl.enabled.protocols, which restricts Java clients but not librdkafka"],
    [["ssl.truststore.location=/x.jks"], "line 1 sets ssl.truststore.location, a Java key store, which librdkafka cannot read"],
    [
      ["sasl.username=alice", "sasl.jaas.config=a.PlainLoginModule required username=bob password=hunter2;"],
      'line 2 sets "sasl.username" again',
    ],
  ])("refuses %j in a file of Java's clients, and names the line and the property", async (lines, why) => {
    const { answer, file } = await read(lines);
    expect(answer).toMatchObject({ code: "usage", message: `Cannot read "${file}": ${why}` });
  });

  test("warns of a secret that other users can read", async () => {
    const secret = ["sasl.username=alice", "sasl.password=hunter2"];
    const warning =
      'Other users can read sasl.password in "FILE": run chmod 600, or write sasl.password=${env:NAME} or sasl.password=${file:PATH}';
    expect((await read(secret, { mode: 0o644 })).warnings).toEqual([warning]);
    expect((await read(secret, { mode: 0o640 })).warnings).toEqual([warning]);
    expect((await read(secret, { mode: 0o600 })).warnings).toEqual([]);
    expect((await read(["ssl.key.password=", "linger.ms=5"], { mode: 0o644 })).warnings).toEqual([]);
  });

  test("names a file that does not exist, but not properties given instead of a file", async () => {
    const context = { environment: {}, warn: () => {} };
    const error = async (file: string): Promise<unknown> => await readKafkaConfig(file, context).catch((reason: unknown) => reason);
    expect(await error("/no/such/file")).toMatchObject({ code: "usage", message: 'Cannot read "/no/such/file": the file does not exist' });
    expect(await error("sasl.password=hunter2")).toMatchObject({
      code: "usage",
      message: "Cannot read properties from the command line: every process on this machine can see them",
      hint: "Write them to a file: --kafka-config FILE",
    });
  });
});
