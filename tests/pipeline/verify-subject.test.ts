import { expect, test } from "bun:test";
import { recordNames } from "../../src/pipeline/verify-subject.ts";
import type { Condition } from "../../src/spec/pipeline.ts";
import { subject } from "./fake-pipeline.ts";

const where = (...conditions: readonly Condition[]) => ({ ...subject, window: { ...subject.window, where: conditions } });

test("recordNames() names records by the values of the window's filter", () => {
  expect(recordNames(subject)).toEqual({ counted: "Paid", others: "Refused", one: "Paid transaction", many: "Paid transactions" });
});

test("recordNames() has generic names for windows with other filters, or none", () => {
  const names = { counted: "counted", others: "not counted", one: "counted transaction", many: "counted transactions" };
  const amount: Condition = { kind: "range", field: "total_paid", atLeast: 10, below: null };
  expect([recordNames(where()), recordNames(where(amount)), recordNames(where(amount, amount))]).toEqual([names, names, names]);
});

test("recordNames() forms the plural for a stream whose name is singular", () => {
  const { one, many } = recordNames({ ...subject, stream: { ...subject.stream, name: "traffic" } });
  expect([one, many]).toEqual(["Paid traffic record", "Paid traffic records"]);
});
