import { readFile } from "node:fs/promises";
import { expect, test } from "bun:test";
import { readJavaProperty } from "../../src/data/java-properties.ts";

const jaas = (value: string) => readJavaProperty({ number: 4, name: "sasl.jaas.config", value });
const plain = "org.apache.kafka.common.security.plain.PlainLoginModule";
const scram = "org.apache.kafka.common.security.scram.ScramLoginModule";

test.each([
  [`${plain} required username="alice" password="a b;c=d";`, "alice", "a b;c=d"],
  [`${plain} required username='KEY' password='SE"CRET';`, "KEY", 'SE"CRET'],
  [`${scram} required\tpassword="q'" username=alice;`, "alice", "q'"],
  [`${plain} required username="a" password="b" metadata="x password=zzz";`, "a", "b"],
  [`${plain} required my-password="zzz" username="a" password="b" user.password='zzz' ;  `, "a", "b"],
  [`${plain} required username = "a"password="" ;`, "a", ""],
  [`${scram} required username="a" password="b" tokenauth="false";`, "a", "b"],
  [`${scram} required username="\${env:NAME}" password="\${file:/run/secret}" ;`, "${env:NAME}", "${file:/run/secret}"],
])("readJavaProperty() makes two properties of the login %#", (value, username, password) => {
  expect(jaas(value)).toEqual({
    kind: "translated",
    lines: [
      { number: 4, name: "sasl.username", value: username },
      { number: 4, name: "sasl.password", value: password },
    ],
  });
});

test.each(["", plain, `${plain} required username="hunter2";`, 'com.sun.security.auth.module.Krb5LoginModule required keyTab="hunter2";'])(
  "readJavaProperty() refuses a login without name and password, and quotes nothing of it: %#",
  (value) => {
    expect(jaas(value)).toEqual({
      kind: "refused",
      why: "gives sasl.jaas.config, which only Java reads, without a name and a password of a plain or SCRAM login",
      hint: "Write sasl.username=NAME and sasl.password=${env:NAME} in its place; other logins have properties of librdkafka too",
    });
  },
);

test.each([
  [`${plain} required username="a" password="b\\\\c";`, "with a backslash, which Java reads in two ways one after the other"],
  [`${plain} required username="a" password="b\\"c";`, "with a backslash, which Java reads in two ways one after the other"],
  [`${plain} required username="a" password="b" password="c";`, "with an option given twice"],
  [`${plain} required username="a" password="b"`, 'which does not consist of options as name=value up to a ";"'],
  [`${plain} required username="a" password="b;`, 'which does not consist of options as name=value up to a ";"'],
  [`${plain} required username="a" password="b" /* hunter2 */;`, 'which does not consist of options as name=value up to a ";"'],
  [`${plain} required username="a" password=b"c";`, 'which does not consist of options as name=value up to a ";"'],
  [
    `${plain} required username="a" password="b"; ${scram} required username="c" password="d";`,
    'with something behind the ";" of its first login',
  ],
  [`${plain} required username="a" password=b;c;`, 'with something behind the ";" of its first login'],
  [
    `${scram} required username="a" password="b" tokenauth="True";`,
    "with a delegation token (tokenauth), by which librdkafka cannot log in",
  ],
])("readJavaProperty() refuses a login that is not surely a name and a password, and quotes nothing of it: %#", (value, why) => {
  expect(jaas(value)).toEqual({
    kind: "refused",
    why: `gives sasl.jaas.config, ${why}`,
    hint: "Write sasl.username=NAME and sasl.password=${env:NAME} in its place",
  });
});

test("readJavaProperty() leaves out what is of Java's clients and of other tools, and lets pass what librdkafka knows", async () => {
  const kind = (name: string, value = "x") => readJavaProperty({ number: 1, name, value })?.kind;
  const others = ["key.serializer", "value.deserializer", "schema.registry.url", "basic.auth.user.info", "buffer.memory"];
  expect(others.map((name) => kind(name))).toEqual(others.map(() => "left out"));
  const stores = ["ssl.truststore.location", "ssl.truststore.certificates", "ssl.keystore.key", "ssl.keystore.certificate.chain"];
  expect(stores.map((name) => kind(name))).toEqual(stores.map(() => "refused"));
  expect([kind("ssl.keystore.type", "JKS"), kind("ssl.keystore.type", "PKCS12")]).toEqual(["refused", "left out"]);
  const list = await readFile("node_modules/@confluentinc/kafka-javascript/deps/librdkafka/CONFIGURATION.md", "utf8");
  const known = [...list.matchAll(/^([a-z][\w.]+) +\|/gmu)].map(([, name = ""]) => name);
  expect(known.length).toBeGreaterThan(150);
  expect(known.filter((name) => kind(name) !== undefined)).toEqual([]);
});

const versions =
  "Take the line out: librdkafka has no such setting and takes the newest TLS that the brokers speak, so restrict the versions there";
const providers = "Write ssl.providers=NAME,NAME with providers of OpenSSL in its place, or take the line out";

test.each([
  ["ssl.enabled.protocols", versions],
  ["ssl.protocol", versions],
  ["ssl.provider", providers],
  ["security.providers", providers],
  [
    "ssl.engine.factory.class",
    "Take the line out: librdkafka has no such setting; certificates are ssl.ca.location=FILE, ssl.certificate.location=FILE and ssl.key.location=FILE",
  ],
])("readJavaProperty() refuses %s, which would no longer restrict anything", (name, hint) => {
  const why = `gives ${name}, which restricts Java's clients and would not restrict this one`;
  expect(readJavaProperty({ number: 3, name, value: "x" })).toEqual({ kind: "refused", why, hint });
});

test("readJavaProperty() says of another way to choose partitions what follows from leaving it out", () => {
  const read = (name: string, value: string) => readJavaProperty({ number: 3, name, value });
  const but = "keys may go to other partitions than from your Java clients, for streamctl places them as Java does by default";
  expect(read("partitioner.class", "com.example.Mine")).toEqual({ kind: "left out", but });
  expect(read("partitioner.ignore.keys", "true")).toEqual({ kind: "left out", but });
  expect(read("partitioner.ignore.keys", "false")).toEqual({ kind: "left out" });
});

test("readJavaProperty() gives librdkafka's name and form to what it knows by another", () => {
  expect(readJavaProperty({ number: 2, name: "max.request.size", value: "2000000" })).toEqual({
    kind: "translated",
    lines: [{ number: 2, name: "message.max.bytes", value: "2000000" }],
  });
  const check = (value: string) => readJavaProperty({ number: 2, name: "ssl.endpoint.identification.algorithm", value });
  expect([check(""), check("https")]).toEqual([
    { kind: "translated", lines: [{ number: 2, name: "ssl.endpoint.identification.algorithm", value: "none" }] },
    undefined,
  ]);
});
