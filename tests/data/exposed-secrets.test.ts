import { describe, expect, test } from "bun:test";
import { exposedSecrets } from "../../src/data/exposed-secrets.ts";

const plain = {
  "security.protocol": "SASL_PLAINTEXT",
  "sasl.mechanism": "PLAIN",
  "sasl.username": "u",
  "sasl.password": "top-secret",
};
const remote = "localhost:9092,kafka.example.com:9093";

describe("exposedSecrets()", () => {
  test("names the broker that a password is sent to unencrypted, and never the password", () => {
    expect(exposedSecrets({ brokers: remote, kafkaProperties: plain })).toEqual([
      "The password of sasl.username is sent unencrypted to kafka.example.com:9093: write security.protocol=sasl_ssl if the listener uses TLS",
    ]);
  });

  test("says that TLS options have no effect without TLS", () => {
    const kafkaProperties = { ...plain, "ssl.ca.location": "ca.pem" };
    expect(exposedSecrets({ brokers: "SASL_PLAINTEXT://[2001:db8::1]:9092", kafkaProperties })).toEqual([
      expect.stringContaining(
        "is sent unencrypted to SASL_PLAINTEXT://[2001:db8::1]:9092, and ssl.ca.location has no effect: write security.protocol=sasl_ssl",
      ),
    ]);
  });

  test("names a token and a client secret that are sent unencrypted", () => {
    const kafkaProperties = {
      "security.protocol": "sasl_plaintext",
      "sasl.mechanisms": "OAUTHBEARER",
      "sasl.oauthbearer.client.secret": "top-secret",
      "sasl.oauthbearer.token.endpoint.url": "http://login.example.com/token",
    };
    expect(exposedSecrets({ brokers: remote, kafkaProperties })).toEqual([
      expect.stringContaining("The token of SASL OAUTHBEARER is sent unencrypted to kafka.example.com:9093"),
      "sasl.oauthbearer.client.secret is sent unencrypted to login.example.com: use https in sasl.oauthbearer.token.endpoint.url",
    ]);
  });

  test.each([
    ["on this machine", "localhost:9092,127.0.0.1:9093,[::1]:9094", plain],
    ["with TLS", remote, { ...plain, "security.protocol": "sasl_ssl" }],
    ["without SASL", remote, { ...plain, "security.protocol": "plaintext" }],
    ["with a mechanism that does not send the password", remote, { ...plain, "sasl.mechanism": "SCRAM-SHA-512" }],
    ["without configuration", remote, {}],
  ])("finds nothing %s", (_, brokers, kafkaProperties) => {
    expect(exposedSecrets({ brokers, kafkaProperties })).toEqual([]);
  });
});
