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
])("readJavaProperty() translates the login %# into two properties", (value, username, password) => {
  expect(jaas(value)).toEqual({
    kind: "translated",
    lines: [
      { number: 4, name: "sasl.username", value: username },
      { number: 4, name: "sasl.password", value: password },
    ],
  });
});

test.each(["", plain, `${plain} required username="hunter2";`, 'com.sun.security.auth.module.Krb5LoginModule required keyTab="hunter2";'])(
  "readJavaProperty() refuses a login without user name and password, and does not quote it: %#",
  (value) => {
    expect(jaas(value)).toEqual({
      kind: "refused",
      why: "sets sasl.jaas.config, without the user name and password of a PLAIN or SCRAM login",
      hint: "Write sasl.username=NAME and sasl.password=${env:NAME} instead; librdkafka has properties for other logins too",
    });
  },
);

test.each([
  [`${plain} required username="a" password="b\\\\c";`, "with a backslash, which Java unescapes twice"],
  [`${plain} required username="a" password="b\\"c";`, "with a backslash, which Java unescapes twice"],
  [`${plain} required username="a" password="b" password="c";`, "which sets an option twice"],
  [`${plain} required username="a" password="b"`, 'which is not a list of name=value options that ends with ";"'],
  [`${plain} required username="a" password="b;`, 'which is not a list of name=value options that ends with ";"'],
  [`${plain} required username="a" password="b" /* hunter2 */;`, 'which is not a list of name=value options that ends with ";"'],
  [`${plain} required username="a" password=b"c";`, 'which is not a list of name=value options that ends with ";"'],
  [
    `${plain} required username="a" password="b"; ${scram} required username="c" password="d";`,
    'with text after the ";" of the first login',
  ],
  [`${plain} required username="a" password=b;c;`, 'with text after the ";" of the first login'],
  [
    `${scram} required username="a" password="b" tokenauth="True";`,
    "with a delegation token (tokenauth), which librdkafka does not support",
  ],
])("readJavaProperty() refuses an ambiguous login, and does not quote it: %#", (value, why) => {
  expect(jaas(value)).toEqual({
    kind: "refused",
    why: `sets sasl.jaas.config, ${why}`,
    hint: "Write sasl.username=NAME and sasl.password=${env:NAME} instead",
  });
});

test("readJavaProperty() ignores properties of Java clients and of other tools, and keeps those of librdkafka", async () => {
  const kind = (name: string, value = "x") => readJavaProperty({ number: 1, name, value })?.kind;
  const others = ["key.serializer", "value.deserializer", "schema.registry.url", "basic.auth.user.info", "buffer.memory"];
  expect(others.map((name) => kind(name))).toEqual(others.map(() => "ignored"));
  const stores = ["ssl.truststore.location", "ssl.truststore.certificates", "ssl.keystore.key", "ssl.keystore.certificate.chain"];
  expect(stores.map((name) => kind(name))).toEqual(stores.map(() => "refused"));
  expect([kind("ssl.keystore.type", "JKS"), kind("ssl.keystore.type", "PKCS12")]).toEqual(["refused", "ignored"]);
  const list = await readFile("node_modules/@confluentinc/kafka-javascript/deps/librdkafka/CONFIGURATION.md", "utf8");
  const known = [...list.matchAll(/^([a-z][\w.]+) +\|/gmu)].map(([, name = ""]) => name);
  expect(known.length).toBeGreaterThan(150);
  expect(known.filter((name) => kind(name) !== undefined)).toEqual([]);
});

const versions =
  "Remove the line: librdkafka has no such property and uses the newest TLS version of the brokers, so restrict the versions there";
const providers = "Write ssl.providers=NAME,NAME with providers of OpenSSL instead, or remove the line";

test.each([
  ["ssl.enabled.protocols", versions],
  ["ssl.protocol", versions],
  ["ssl.provider", providers],
  ["security.providers", providers],
  [
    "ssl.engine.factory.class",
    "Remove the line: librdkafka has no such property; certificates are ssl.ca.location=FILE, ssl.certificate.location=FILE and ssl.key.location=FILE",
  ],
])("readJavaProperty() refuses %s, which would no longer restrict the connection", (name, hint) => {
  const why = `sets ${name}, which restricts Java clients but not librdkafka`;
  expect(readJavaProperty({ number: 3, name, value: "x" })).toEqual({ kind: "refused", why, hint });
});

test("readJavaProperty() says what ignoring another partitioner changes", () => {
  const read = (name: string, value: string) => readJavaProperty({ number: 3, name, value });
  const consequence = "your Java clients may send keys to other partitions, because streamctl uses the default partitioner of Java";
  expect(read("partitioner.class", "com.example.Mine")).toEqual({ kind: "ignored", consequence });
  expect(read("partitioner.ignore.keys", "true")).toEqual({ kind: "ignored", consequence });
  expect(read("partitioner.ignore.keys", "false")).toEqual({ kind: "ignored" });
});

test("readJavaProperty() translates names and values that differ in librdkafka", () => {
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
