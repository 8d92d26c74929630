import { describe, expect, test } from "bun:test";
import { exposedSecrets } from "../../src/data/exposed-secrets.ts";

const plain = {
  "security.protocol": "SASL_PLAINTEXT",
  "sasl.mechanism": "PLAIN",
  "sasl.username": "u",
  "sasl.password": "top-secret",
};
const away = "localhost:9092,kafka.example.com:9093";

describe("exposedSecrets()", () => {
  test("names the broker that a password is sent to in the clear, and never the password", () => {
    expect(exposedSecrets({ brokers: away, kafkaProperties: plain })).toEqual([
      "Anybody on the way to kafka.example.com:9093 can read the password of sasl.username: write security.protocol=sasl_ssl, if its listener speaks TLS",
    ]);
  });

  test("says that TLS options have no effect where TLS was not asked for", () => {
    const kafkaProperties = { ...plain, "ssl.ca.location": "ca.pem" };
    expect(exposedSecrets({ brokers: "SASL_PLAINTEXT://[2001:db8::1]:9092", kafkaProperties })).toEqual([
      expect.stringContaining(
        "can read the password of sasl.username, and ssl.ca.location has no effect: write security.protocol=sasl_ssl",
      ),
    ]);
  });

  test("names a token and a client secret that others can read", () => {
    const kafkaProperties = {
      "security.protocol": "sasl_plaintext",
      "sasl.mechanisms": "OAUTHBEARER",
      "sasl.oauthbearer.client.secret": "top-secret",
      "sasl.oauthbearer.token.endpoint.url": "http://login.example.com/token",
    };
    expect(exposedSecrets({ brokers: away, kafkaProperties })).toEqual([
      expect.stringContaining("can read the token of SASL OAUTHBEARER"),
      "Anybody on the way to login.example.com can read sasl.oauthbearer.client.secret: write sasl.oauthbearer.token.endpoint.url with https",
    ]);
  });

  test.each([
    ["on this machine", "localhost:9092,127.0.0.1:9093,[::1]:9094", plain],
    ["with TLS", away, { ...plain, "security.protocol": "sasl_ssl" }],
    ["where no SASL is spoken", away, { ...plain, "security.protocol": "plaintext" }],
    ["where the mechanism sends no password", away, { ...plain, "sasl.mechanism": "SCRAM-SHA-512" }],
    ["where nothing is configured", away, {}],
  ])("has nothing to say %s", (_, brokers, kafkaProperties) => {
    expect(exposedSecrets({ brokers, kafkaProperties })).toEqual([]);
  });
});
