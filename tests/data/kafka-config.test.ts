import { expect, test } from "bun:test";
import { parseKafkaConfig, readKafkaConfig } from "../../src/data/kafka-config.ts";

test("parseKafkaConfig() reads properties, comments and empty lines", () => {
  const text = [
    "\u{FEFF}# a cluster with TLS",
    "bootstrap.servers=one:9093,two:9093",
    "",
    "  security.protocol = sasl_ssl\t",
    "sasl.password=a=b#c d",
    "\r",
    "ssl.key.password=",
  ].join("\n");
  expect(parseKafkaConfig(text, "kafka.properties")).toEqual({
    "bootstrap.servers": "one:9093,two:9093",
    "security.protocol": "sasl_ssl",
    "sasl.password": "a=b#c d",
    "ssl.key.password": "",
  });
  expect(parseKafkaConfig("", "kafka.properties")).toEqual({});
  expect(parseKafkaConfig("a=1\r\nb=2\r\n", "kafka.properties")).toEqual({ a: "1", b: "2" });
});

test.each([
  ["a=1\n\nacks", 'Cannot read "kafka.properties": line 3 has no "="'],
  ["=1", 'Cannot read "kafka.properties": line 1 names no property'],
  ["two words=1", 'Cannot read "kafka.properties": line 1 names no property'],
  ["a=1\n# x\na=2", 'Cannot read "kafka.properties": line 3 gives "a" again'],
])("parseKafkaConfig() refuses %p", (text, message) => {
  expect(() => parseKafkaConfig(text, "kafka.properties")).toThrow(message);
});

test("readKafkaConfig() names a file that is not there", async () => {
  const error: unknown = await readKafkaConfig("/no/such/file").catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "usage", message: 'Cannot read "/no/such/file": there is no such file' });
});

test.each([
  ["acks=0", "sets acks, and what no broker acknowledges cannot be counted"],
  ["transactional.id=t", "sets transactional.id, and messages are not sent in transactions here"],
])("parseKafkaConfig() refuses %p, because nobody could say what was delivered", (line, why) => {
  expect(() => parseKafkaConfig(`# ours\n${line}\n`, "client.properties")).toThrow(`Cannot read "client.properties": line 2 ${why}`);
});
