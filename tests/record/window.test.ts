import { expect, test } from "bun:test";
import { averageTransactionValue, WindowTotals, windowStart } from "../../src/record/window.ts";
import type { Transaction } from "../../src/record/transaction.ts";

test.each([
  [0, 0],
  [2999, 0],
  [3000, 3000],
  [-1, -3000],
  [-3000, -3000],
  [-3001, -6000],
  [1_767_225_601_234, 1_767_225_600_000],
])("windowStart() puts %d into the window from %d", (eventTimeMs, start) => {
  expect(windowStart(eventTimeMs)).toBe(start);
});

function transaction(eventTimeMs: number, totalPaid: number, status: Transaction["status"] = "Paid"): Transaction {
  return { eventTimeMs, transactionId: 1, userId: "95d1d6aa-9e42-412d-b74e-c005e523279c", totalPaid, status };
}

test("WindowTotals sums Paid transactions by window, whatever their order", () => {
  const totals = new WindowTotals();
  for (const [timeMs, paid] of [
    [3000, 10],
    [1, 20],
    [5999, 30],
    [2999, 50],
  ] as const) {
    totals.add(transaction(timeMs, paid));
  }
  totals.add(transaction(9000, 100, "Refused"));
  expect([...totals.entries()]).toEqual([
    [3000, { totalPaid: 40, totalTransactions: 2 }],
    [0, { totalPaid: 70, totalTransactions: 2 }],
  ]);
  expect(totals.size).toBe(2);
  expect(totals.get(0)).toEqual({ totalPaid: 70, totalTransactions: 2 });
  expect(totals.get(9000)).toBeUndefined();
});

test("WindowTotals counts a window in which the paid amount is 0", () => {
  const totals = new WindowTotals();
  totals.add(transaction(0, 0));
  expect(totals.get(0)).toEqual({ totalPaid: 0, totalTransactions: 1 });
});

test("WindowTotals refuses a sum that would not be exact", () => {
  const totals = new WindowTotals();
  totals.add(transaction(0, Number.MAX_SAFE_INTEGER));
  expect(() => totals.add(transaction(0, 1))).toThrow(RangeError);
  expect(totals.get(0)).toEqual({ totalPaid: Number.MAX_SAFE_INTEGER, totalTransactions: 1 });
});

test("WindowTotals holds a hundred thousand windows", () => {
  const totals = new WindowTotals();
  for (let round = 0; round < 2; round += 1) {
    for (let window = 0; window < 100_000; window += 1) totals.addPaid(window * 3000 + round, window);
  }
  expect(totals.size).toBe(100_000);
  expect(totals.get(99_999 * 3000)).toEqual({ totalPaid: 199_998, totalTransactions: 2 });
});

test("averageTransactionValue() divides the sum by the count", () => {
  expect(averageTransactionValue({ totalPaid: 100, totalTransactions: 3 })).toBe(100 / 3);
});
