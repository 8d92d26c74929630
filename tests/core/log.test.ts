import { expect, test } from "bun:test";
import { debugOnly, silentLog, warningOnce } from "../../src/core/log.ts";

test("warningOnce() prints each warning once, and everything else each time", () => {
  const said: string[] = [];
  const say = (message: string): void => void said.push(message);
  const log = warningOnce({ ...silentLog, warn: say, info: say });
  log.warn("a");
  log.warn("b");
  log.warn("a");
  log.info("c");
  log.info("c");
  expect(said).toEqual(["a", "b", "c", "c"]);
});

test("debugOnly() makes a debug message of every message", () => {
  const said: string[] = [];
  const log = debugOnly({ ...silentLog, debug: (message) => void said.push(message) });
  for (const say of [log.info, log.success, log.warn, log.debug]) say("a");
  expect(said).toEqual(["a", "a", "a", "a"]);
});
