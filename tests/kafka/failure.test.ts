import { expect, test } from "bun:test";
import { kafkaFailure } from "../../src/kafka/failure.ts";

function failure(code: string, message: string) {
  const { code: kind, message: text, hint } = kafkaFailure('read topic "t"', "there:9092", Object.assign(new Error(message), { code }));
  return [kind, text, hint];
}

const start = "Check that Kafka is running at this address, or start one with: streamctl up";

test("kafkaFailure() quotes librdkafka's message without thread, broker and state", () => {
  expect(
    failure("_TRANSPORT", "[thrd:there:9092/bootstrap]: there:9092/bootstrap: Connect failed: refused (after 1ms in state CONNECT)"),
  ).toEqual(["unreachable", 'Cannot read topic "t": no answer from Kafka at "there:9092": Connect failed: refused', start]);
});

test("kafkaFailure() omits the guess that a broker that does not respond has an old version", () => {
  const silence =
    "ApiVersionRequest failed: Local: Timed out: probably due to broker version < 0.10 (see api.version.request configuration)";
  expect(failure("_TIMED_OUT", silence)[1]).toBe(
    'Cannot read topic "t": no answer from Kafka at "there:9092": ApiVersionRequest failed: Local: Timed out',
  );
});

test("kafkaFailure() suggests another security protocol if the broker closes the connection", () => {
  for (const message of ["Disconnected: connection closed by peer", "Send failed: SSL transport error: Broken pipe"]) {
    expect(failure("_TIMED_OUT", message)[2]).toBe(
      "Set the protocol of this listener, such as security.protocol=sasl_ssl, in a file: --kafka-config FILE",
    );
  }
});

test("kafkaFailure() suggests checking the certificates after a TLS alert", () => {
  const alert = "Receive failed: error:0A000412:SSL routines::sslv3 alert bad certificate: SSL alert number 42";
  expect(failure("_TIMED_OUT", alert)).toEqual([
    "unreachable",
    `Cannot read topic "t": no answer from Kafka at "there:9092": ${alert}`,
    "Check security.protocol, ssl.ca.location and the client's certificate in the file of --kafka-config",
  ]);
});

test("kafkaFailure() names the properties to check after an authentication error", () => {
  expect(
    failure("_AUTHENTICATION", "sasl_ssl://there:9092/bootstrap: SASL authentication error: wrong (after 315ms in state AUTH_REQ)"),
  ).toEqual([
    "kafka",
    'Cannot read topic "t": SASL authentication error: wrong (_AUTHENTICATION)',
    "Check sasl.mechanism, sasl.username and sasl.password in the file of --kafka-config",
  ]);
  expect(failure("TOPIC_AUTHORIZATION_FAILED", "no")).toEqual([
    "kafka",
    'Cannot read topic "t": no (TOPIC_AUTHORIZATION_FAILED)',
    undefined,
  ]);
});

test("kafkaFailure() sets engineCode to librdkafka's error name, and retryable for an unreachable broker and a missing leader", () => {
  const known = ["_TRANSPORT", "LEADER_NOT_AVAILABLE", "TOPIC_AUTHORIZATION_FAILED"].map((code) => {
    const { retryable, facts } = kafkaFailure("x", "there:9092", Object.assign(new Error("no"), { code }));
    return [retryable, facts];
  });
  expect(known).toEqual([
    [true, { engine: "kafka", engineCode: "_TRANSPORT" }],
    [true, { engine: "kafka", engineCode: "LEADER_NOT_AVAILABLE" }],
    [false, { engine: "kafka", engineCode: "TOPIC_AUTHORIZATION_FAILED" }],
  ]);
});
