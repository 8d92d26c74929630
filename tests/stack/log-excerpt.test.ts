import { expect, test } from "bun:test";
import { lastWords } from "../../src/stack/last-words.ts";

const noise = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `INFO  closing ${index}`);

test("lastWords() shows why an engine gave up before it shows how", () => {
  const end = noise(300);
  expect(
    lastWords([
      ...noise(20),
      "2026-01-01T12:00:00 ERROR ParticipantHistory - Failed to get host name",
      "2026-01-01T12:00:00 INFO  something else",
      "2026-01-01T12:00:01 ERROR StartServiceManagerCommand - Failed to start a Pinot [SERVER]",
      "java.lang.RuntimeException: Cannot get localhost name",
      "\tat org.apache.pinot.Server.start(Server.java:130)",
      "Caused by: java.net.UnknownHostException: vm",
      "\tat java.base/java.net.InetAddress.getLocalHost(InetAddress.java:1)",
      ...end,
    ]),
  ).toEqual([
    "2026-01-01T12:00:00 ERROR ParticipantHistory - Failed to get host name",
    "2026-01-01T12:00:01 ERROR StartServiceManagerCommand - Failed to start a Pinot [SERVER]",
    "java.lang.RuntimeException: Cannot get localhost name",
    "Caused by: java.net.UnknownHostException: vm",
    ...end.slice(-6),
  ]);
});

test("lastWords() shows the end of a log without errors, the newest of many errors, and nothing of nothing", () => {
  expect(lastWords(noise(30))).toEqual(noise(30).slice(-6));
  const errors = Array.from({ length: 40 }, (_, index) => `ERROR ${index}`);
  expect(lastWords(errors)).toEqual(errors.slice(-6));
  expect(lastWords([])).toEqual([]);
});
