import { expect, test } from "bun:test";
import { AwakeTime } from "../../src/core/wait.ts";
import { clientLogListener, StallNotice, SuspensionNotice } from "../../src/data/progress.ts";

/** A fake log that keeps its messages. */
function fakeLog() {
  const said: string[] = [];
  return {
    said,
    info: (message: string) => void said.push(`info: ${message}`),
    warn: (message: string) => void said.push(`warn: ${message}`),
    debug: (message: string) => void said.push(`debug: ${message}`),
  };
}

test("StallNotice warns once that nothing is acknowledged, and logs once that deliveries resume", () => {
  const log = fakeLog();
  const notice = new StallNotice("here:9092", log);
  for (let nowMs = 0; nowMs <= 4900; nowMs += 100) notice.update(10, 5, nowMs);
  expect(log.said).toEqual([]);
  for (let nowMs = 5000; nowMs <= 9000; nowMs += 100) notice.update(10, 5, nowMs);
  notice.update(8, 7, 9100);
  notice.update(0, 15, 9200);
  for (let nowMs = 9300; nowMs <= 20_000; nowMs += 100) notice.update(0, 15, nowMs);
  expect(log.said).toEqual([
    'warn: Kafka at "here:9092" has not acknowledged a message for 5 s; 10 messages are in flight',
    "info: Kafka acknowledges messages again",
  ]);
});

test("SuspensionNotice logs a suspension once, and does not count that time", () => {
  const log = fakeLog();
  let nowMs = 0;
  const notice = new SuspensionNotice(new AwakeTime(() => nowMs), log);
  const awake = [200, 400, 66_400, 66_600, 69_000].map((ms) => {
    nowMs = ms;
    return notice.update();
  });
  expect(awake).toEqual([200, 400, 1400, 1600, 2600]);
  expect(log.said).toEqual(["info: This process was suspended for 65 s; librdkafka counts that time toward message.timeout.ms"]);
});

test("clientLogListener() warns once per kind of problem and logs the rest as debug messages", () => {
  const log = fakeLog();
  const listen = clientLogListener(log);
  const refused = "Connect to ipv4#127.0.0.1:9092 failed: Connection refused (after 1ms in state CONNECT)";
  listen([
    { severity: "error", source: "FAIL", message: `[thrd:127.0.0.1:9092/bootstrap]: 127.0.0.1:9092/bootstrap: ${refused}` },
    { severity: "info", source: "MOCK", message: "enabled" },
    { severity: "error", source: "ERROR", message: `127.0.0.1:9092/1: ${refused}` },
  ]);
  listen([{ severity: "warning", source: "ERROR", message: "1/1 brokers are down" }]);
  listen([{ severity: "warning", source: "ERROR", message: "0/1 brokers are down" }]);
  expect(log.said).toEqual([
    "warn: Kafka client: Connect to ipv4#127.0.0.1:9092 failed: Connection refused",
    "debug: Kafka client: MOCK: enabled",
    `debug: Kafka client: ERROR: 127.0.0.1:9092/1: ${refused}`,
    "warn: Kafka client: 1/1 brokers are down",
    "debug: Kafka client: ERROR: 0/1 brokers are down",
  ]);
});
