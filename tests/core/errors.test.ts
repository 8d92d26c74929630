import { expect, test } from "bun:test";
import { errorCodes, isRetryable, StreamctlError } from "../../src/core/errors.ts";

test("StreamctlError is retryable by default for `unreachable` only", () => {
  expect(errorCodes.filter((code) => new StreamctlError(code, "").retryable)).toEqual(["unreachable"]);
});

test("StreamctlError carries the facts that it was given, and none by default", () => {
  const facts = { engine: "pinot", status: 200, engineCode: 410 };
  const error = new StreamctlError("pinot", "Cannot query Pinot", { retryable: true, facts });
  expect([error.retryable, error.facts]).toEqual([true, facts]);
  expect(new StreamctlError("pinot", "Cannot query Pinot").facts).toEqual({});
});

test("isRetryable() is false for any error but a StreamctlError", () => {
  expect([new StreamctlError("unreachable", ""), new Error("ECONNREFUSED"), undefined].map(isRetryable)).toEqual([true, false, false]);
});
