import { describe, expect, test } from "bun:test";
import { faultKinds, planFaults } from "../../../src/trials/chaos/fault-plan.ts";

const choice = { services: ["kafka", "zookeeper", "pinot", "flink"], kinds: faultKinds };
const rounds = Array.from({ length: 600 }, (_, index) => index + 1);

describe("planFaults()", () => {
  test("gives the same faults for the same seed and round", () => {
    expect(planFaults(7, 1, choice)).toEqual(planFaults(7, 1, choice));
    const lines = rounds.slice(0, 6).map((round) => planFaults(2026, round, choice).map((one) => Object.values(one).join(" ")));
    expect(lines).toMatchInlineSnapshot(`
      [
        [
          "flink kill 1742 ",
        ],
        [
          "flink restart 3346 ",
        ],
        [
          "zookeeper restart 4207 ",
        ],
        [
          "flink restart 2967 ",
          "kafka freeze 3566 2530",
        ],
        [
          "zookeeper freeze 2789 6020",
        ],
        [
          "zookeeper freeze 2156 2540",
        ],
      ]
    `);
  });

  test("gives other faults for another seed, also beyond 32 bits, and for another round", () => {
    const plans = [7, 8, 7 + 2 ** 32, 7 + 2 ** 52].flatMap((seed) =>
      [1, 2].map((round) => JSON.stringify(planFaults(seed, round, choice))),
    );
    expect(new Set(plans).size).toBe(plans.length);
  });

  test("breaks each service in each way, and two different ones in about a third of the rounds", () => {
    const plans = rounds.map((round) => planFaults(1, round, choice));
    const counts = new Map<string, number>();
    for (const { service, kind } of plans.flat()) counts.set(`${kind} ${service}`, (counts.get(`${kind} ${service}`) ?? 0) + 1);
    expect(counts.size).toBe(12);
    expect(Math.min(...counts.values())).toBeGreaterThan(35);
    const pairs = plans.filter(({ length }) => length === 2);
    expect(plans.every(({ length }) => length === 1 || length === 2)).toBe(true);
    expect(pairs.every(([one, other]) => one?.service !== other?.service && (one?.atMs ?? 0) <= (other?.atMs ?? 0))).toBe(true);
    expect(pairs.length).toBeGreaterThan(150);
    expect(pairs.length).toBeLessThan(250);
  });

  test("keeps to the chosen services and kinds, and freezes for some seconds", () => {
    const faults = rounds.flatMap((round) => planFaults(1, round, { services: ["pinot"], kinds: ["freeze", "kill"] }));
    expect(faults.length).toBe(rounds.length);
    expect(new Set(faults.map(({ service, kind }) => `${kind} ${service}`))).toEqual(new Set(["freeze pinot", "kill pinot"]));
    for (const { kind, atMs, forMs } of faults) {
      expect(atMs).toBeWithin(500, 4500);
      if (kind === "freeze") expect(forMs).toBeWithin(1000, 8000);
      else expect(forMs).toBeNull();
    }
  });
});
