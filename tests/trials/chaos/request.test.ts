import { describe, expect, test } from "bun:test";
import { faultTargets, resolveChaosRequest } from "../../../src/trials/chaos/request.ts";
import { someChoices } from "../../state/some-choices.ts";

function mistake(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    const { code, message, hint } = error as { readonly code: string; readonly message: string; readonly hint: string };
    return `${code}: ${message}. ${hint}`;
  }
}

describe("resolveChaosRequest()", () => {
  test("has defaults for everything", () => {
    expect(resolveChaosRequest({}, 42)).toEqual({
      rounds: 5,
      seed: 42,
      messagesPerSecond: 2000,
      services: undefined,
      kinds: ["kill", "freeze", "restart"],
    });
  });

  test("reads every option, and each name once", () => {
    expect(
      resolveChaosRequest(
        { rounds: "20", seed: "9007199254740991", rate: "0.5", services: "pinot, kafka,pinot", kinds: "freeze,freeze" },
        1,
      ),
    ).toEqual({ rounds: 20, seed: 2 ** 53 - 1, messagesPerSecond: 0.5, services: ["pinot", "kafka"], kinds: ["freeze"] });
  });

  test.each([
    [{ rounds: "0" }, 'usage: Cannot use "0" for --rounds: it is below 1. Give --rounds a whole number from 1 to 10000'],
    [{ seed: "x" }, 'usage: Cannot use "x" for --seed: it is not a whole number in digits. Give --seed a whole number of at least 0'],
    [
      { rate: "max" },
      'usage: Cannot use "max" for --rate: records are sent until a fault is repaired, which takes an unknown time. Write a number: --rate 2000',
    ],
    [{ kinds: "burn" }, 'usage: Cannot use "burn" for --kinds: there is no such fault. Faults: kill, freeze, restart'],
    [{ kinds: "kill,," }, 'usage: Cannot use "kill,," for --kinds: a name is empty. Separate names by commas: --kinds kill,freeze'],
    [
      { services: "kafca" },
      'usage: Cannot use service "kafca": there is no such service. Services: kafka, zookeeper, pinot, flink, ksqldb, spark, beam, console, superset',
    ],
  ])("refuses %p", (raw, expected) => {
    expect(mistake(() => resolveChaosRequest(raw, 1))).toBe(expected);
  });
});

describe("faultTargets()", () => {
  test("are all services of the stack but the optional ones", () => {
    expect(faultTargets(undefined, { ...someChoices, with: ["superset"] })).toEqual(["kafka", "zookeeper", "pinot", "flink"]);
    expect(faultTargets(undefined, { ...someChoices, processor: "spark" })).toEqual(["kafka", "zookeeper", "pinot", "spark"]);
  });

  test("may be optional services of the stack, if they are named", () => {
    expect(faultTargets(["console", "flink"], someChoices)).toEqual(["flink", "console"]);
  });

  test("must be part of the stack", () => {
    const hint = "Services of this stack: kafka, zookeeper, pinot and flink";
    expect(mistake(() => faultTargets(["spark"], { ...someChoices, without: ["console"] }))).toBe(
      `usage: Cannot use "spark" for --services: it is not part of this stack. ${hint}`,
    );
    expect(mistake(() => faultTargets(["console"], { ...someChoices, without: ["console"] }))).toBe(
      `usage: Cannot use "console" for --services: it is not part of this stack. ${hint}`,
    );
  });

  test("are never what streamctl did not start", () => {
    const choices = { ...someChoices, processor: "ksqldb", source: { url: "http://127.0.0.1:8088" }, without: ["console"] };
    expect(faultTargets(undefined, choices)).toEqual(["kafka", "zookeeper", "pinot"]);
    expect(mistake(() => faultTargets(["ksqldb"], choices))).toBe(
      'usage: Cannot use "ksqldb" for --services: streamctl did not start it. Services of this stack: kafka, zookeeper and pinot',
    );
  });
});
