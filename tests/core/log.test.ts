import { expect, test } from "bun:test";
import { createLog, silentLog, warningOnce } from "../../src/core/log.ts";

test.each([
  [{ quiet: false, verbose: false }, "[info] a\n[success] b %s\n[warn] c\nd\n"],
  [{ quiet: false, verbose: true }, "[info] a\n[success] b %s\n[warn] c\nd\n[debug] e\n"],
  [{ quiet: true, verbose: false }, "[warn] c\nd\n"],
  [{ quiet: true, verbose: true }, "[warn] c\nd\n"],
])("createLog(%p) prints what its level allows, each message after its type", (options, printed) => {
  let text = "";
  const log = createLog(options, (line) => void (text += line));
  log.info("a");
  log.success("b %s");
  log.warn("c\nd");
  log.debug("e");
  expect(text).toBe(printed);
});

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
