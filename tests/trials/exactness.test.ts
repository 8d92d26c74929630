import { expect, test } from "bun:test";
import type { ReasonCode } from "../../src/pipeline/verdict.ts";
import { exactnessOf } from "../../src/trials/exactness.ts";

test.each<[string, number, readonly ReasonCode[], Partial<ReturnType<typeof exactnessOf>>]>([
  ["no reason", 9, [], { exact: true, reason: null, empty: false, mayChange: false }],
  ["an empty topic", 0, ["no-window"], { exact: false, empty: true, mayChange: false }],
  ["rows of an empty topic", 0, ["no-window", "row-extra"], { exact: false, empty: false, mayChange: true }],
  ["records that make no window", 9, ["no-window"], { exact: false, empty: false, mayChange: true }],
  ["windows that differ", 9, ["window-differs", "resource-unhealthy"], { exact: false, empty: false, mayChange: true }],
  ["lost records", 9, ["records-lost", "window-differs"], { exact: false, empty: false, mayChange: false }],
  ["records of others", 9, ["record-foreign"], { exact: false, empty: false, mayChange: false, reason: "record-foreign!" }],
])("exactnessOf() %s", (_, records, codes, expected) => {
  const reasons = codes.map((code) => ({ code, text: `${code}!` }));
  expect(exactnessOf({ report: { records }, verdict: { ok: codes.length === 0, reasons } })).toMatchObject(expected);
});
