import { expect, test } from "bun:test";
import { logExcerpt } from "../../src/stack/log-excerpt.ts";

const noise = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `2026-01-01 INFO  closing ${index}`);

test("logExcerpt() shows why an engine failed, without its shutdown", () => {
  expect(
    logExcerpt([
      ...noise(20),
      "2026-01-01T12:00:00 ERROR ParticipantHistory - Failed to get host name",
      "2026-01-01T12:00:00 INFO  something else",
      "2026-01-01T12:00:01 ERROR StartServiceManagerCommand - Failed to start a Pinot [SERVER]",
      "java.lang.RuntimeException: Cannot get localhost name",
      "\tat org.apache.pinot.Server.start(Server.java:130)",
      "Caused by: java.lang.IllegalStateException: not started",
      "\tat org.apache.pinot.Server.start(Server.java:1)",
      "\t... 5 more",
      "Caused by: java.net.UnknownHostException: vm",
      "\tat java.base/java.net.InetAddress.getLocalHost(InetAddress.java:1)",
      ...noise(300),
    ]),
  ).toEqual([
    "2026-01-01T12:00:00 ERROR ParticipantHistory - Failed to get host name",
    "2026-01-01T12:00:01 ERROR StartServiceManagerCommand - Failed to start a Pinot [SERVER]",
    "java.lang.RuntimeException: Cannot get localhost name",
    "Caused by: java.net.UnknownHostException: vm",
  ]);
});

test("logExcerpt() shows the end of a log without errors, without stack frames, and nothing of an empty log", () => {
  expect(logExcerpt([...noise(30), "\tat a.b(C.java:1)"])).toEqual(noise(30).slice(-6));
  expect(logExcerpt([])).toEqual([]);
});

test("logExcerpt() shows the first of many errors, which caused the others, and the last ones, each once", () => {
  const errors = ["disk", "log dir", "partition", "fetcher", "replica", "shutdown"].map((what) => `2026-01-01 ERROR ${what}`);
  const repeated = errors.flatMap((line, index) => [line.replace("01-01", `01-0${index + 1}`), line]);
  expect(logExcerpt(repeated)).toEqual([
    "2026-01-01 ERROR disk",
    "2026-01-02 ERROR log dir",
    "2026-01-03 ERROR partition",
    "2026-01-05 ERROR replica",
    "2026-01-06 ERROR shutdown",
  ]);
});

test("logExcerpt() shows a JVM's own message when it exits", () => {
  const end = ["java.lang.OutOfMemoryError: Java heap space", "Terminating due to java.lang.OutOfMemoryError: Java heap space"];
  expect(logExcerpt([...noise(10), ...end])).toEqual(end);
});
