import { expect, test } from "bun:test";
import { errorCodes, isRetryable, StreamctlError } from "../../src/core/errors.ts";

test("StreamctlError says by itself only of silence that waiting may help", () => {
  expect(errorCodes.filter((code) => new StreamctlError(code, "").retryable)).toEqual(["unreachable"]);
});

test("StreamctlError carries what its adapter knows, and nothing where it knows nothing", () => {
  const facts = { engine: "pinot", status: 200, engineCode: 410 };
  const error = new StreamctlError("pinot", "Cannot query Pinot", { retryable: true, facts });
  expect([error.retryable, error.facts]).toEqual([true, facts]);
  expect(new StreamctlError("pinot", "Cannot query Pinot").facts).toEqual({});
});

test("isRetryable() knows of no error but ours", () => {
  expect([new StreamctlError("unreachable", ""), new Error("ECONNREFUSED"), undefined].map(isRetryable)).toEqual([true, false, false]);
});
