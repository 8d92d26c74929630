import { expect, test } from "bun:test";
import { describeMachine, loadWarning } from "../../../src/trials/compare/machine.ts";

test("describeMachine() is one line", () => {
  expect(describeMachine()).toMatch(/^.+, \d+ cores?, [\d.]+ GB of memory, Linux \S+, load \d+\.\d at the start$/u);
});

test("loadWarning() warns from half of the cores on", () => {
  expect(loadWarning(3.9, 8)).toBeUndefined();
  expect(loadWarning(6.28, 8)).toBe(
    "Other programs are using this machine (load 6.3, 8 cores): the results will be worse, and unequal if that changes",
  );
});
