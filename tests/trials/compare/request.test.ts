import { describe, expect, test } from "bun:test";
import { resolveCompareRequest, type RawCompareOptions } from "../../../src/trials/compare/request.ts";

const defaults = { portOffset: undefined, randomSeed: 5 };

describe("resolveCompareRequest()", () => {
  test("has defaults for a run of a few minutes", () => {
    expect(resolveCompareRequest({}, defaults)).toEqual({
      processors: undefined,
      rate: 2000,
      durationMs: 30_000,
      burst: 300_000,
      seed: 5,
      runtime: undefined,
      processorOptions: {},
      extraCaFile: undefined,
      portOffset: undefined,
      timeoutMs: 180_000,
    });
  });

  test("keeps the order of the processors and ignores repetitions", () => {
    expect(resolveCompareRequest({ processors: "spark, flink,spark" }, defaults).processors).toEqual(["spark", "flink"]);
  });

  const wrong: readonly (readonly [RawCompareOptions, string, string])[] = [
    [
      { processors: "flink,storm" },
      'Cannot use "storm" for --processors: there is no such processor',
      "Processors: flink, ksqldb, spark, beam",
    ],
    [{ processors: "flink," }, 'Cannot use "flink," for --processors: a name is empty', "Processors: flink, ksqldb, spark, beam"],
    [{ rate: "max" }, 'Cannot use "max" for --rate: it is not a whole number in digits', "Give --rate a whole number from 1 to 1000000"],
    [{ burst: "0" }, 'Cannot use "0" for --burst: it is below 1', "Give --burst a whole number from 1 to 10000000"],
    [{ duration: "100ms" }, 'Cannot use "100ms" for --duration: it is shorter than 1000 ms', "Write a number and a unit: --duration 60s"],
    [{ seed: "-1" }, 'Cannot use "-1" for --seed: it is below 0', "Give --seed a whole number of at least 0"],
  ];
  test.each(wrong)("rejects %j", (raw, message, hint) => {
    let error: unknown;
    try {
      resolveCompareRequest(raw, defaults);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: "usage", message, hint: expect.stringContaining(hint) });
  });
});
