import { expect, test } from "bun:test";
import { array, assert, integer, nat, property } from "fast-check";
import { quantile } from "../../../src/trials/compare/quantiles.ts";

test("quantile() is the smallest value that the share of the values does not exceed", () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
  expect([0.5, 0.95, 0.99, 1].map((share) => quantile(hundred, share))).toEqual([50, 95, 99, 100]);
  expect([0.5, 0.95, 0.99].map((share) => quantile([7], share))).toEqual([7, 7, 7]);
  expect(quantile([3, 1, 2], 0.5)).toBe(2);
});

test("quantile() is one of the values, and grows with the share", () => {
  assert(
    property(array(nat(), { minLength: 1 }), integer({ min: 1, max: 100 }), (values, percent) => {
      const found = quantile(values, percent / 100);
      expect(values).toContain(found);
      expect(values.filter((value) => value <= found).length).toBeGreaterThanOrEqual(Math.ceil((percent / 100) * values.length));
      expect(quantile(values, 1)).toBeGreaterThanOrEqual(found);
    }),
  );
});
