import { describe, expect, test } from "bun:test";
import { parseDuration } from "../../src/cli/duration.ts";
import { StreamctlError } from "../../src/core/errors.ts";

describe("parseDuration()", () => {
  test("reads every unit as milliseconds", () => {
    const read = ["500ms", "60s", "2m", "1h", "1.5s", "0s"].map((text) => parseDuration(text, { option: "--wait" }));
    expect(read).toEqual([500, 60_000, 120_000, 3_600_000, 1500, 0]);
  });

  test.each([
    ["60", 'Cannot use "60" for --wait: it has no unit'],
    ["6 days", 'Cannot use "6 days" for --wait: it is not a duration'],
    ["6d", 'Cannot use "6d" for --wait: "d" is not a unit of time'],
    ["-1s", 'Cannot use "-1s" for --wait: it is not a duration'],
    ["", 'Cannot use "" for --wait: it is not a duration'],
    ["5ms", 'Cannot use "5ms" for --wait: it is shorter than 10 ms'],
    ["597h", 'Cannot use "597h" for --wait: it is longer than 596h'],
  ])("refuses %p and names the option", (text, message) => {
    const error = thrown(() => parseDuration(text, { option: "--wait", minMs: 10 }));
    expect({ code: error.code, message: error.message, hint: error.hint }).toEqual({
      code: "usage",
      message,
      hint: "Write a number and a unit: --wait 60s (ms, s, m or h)",
    });
  });
});

function thrown(act: () => unknown): StreamctlError {
  try {
    act();
  } catch (error) {
    if (error instanceof StreamctlError) return error;
  }
  throw new Error("nothing was refused");
}
