import { describe, expect, test } from "bun:test";
import { stopWaves, withDependencies, type Dependent } from "../../src/stack/service-order.ts";

const known: readonly Dependent[] = [
  { name: "log", after: [], needs: [] },
  { name: "keeper", after: [], needs: [] },
  { name: "store", after: ["keeper"], needs: ["log"] },
  { name: "processor", after: ["log"], needs: [] },
  { name: "page", after: ["store"], needs: [] },
];

describe("withDependencies()", () => {
  test("adds what a service needs, near or far", () => {
    expect([...withDependencies(["page"], known)].toSorted()).toEqual(["keeper", "log", "page", "store"]);
    expect([...withDependencies(["log"], known)]).toEqual(["log"]);
    expect([...withDependencies(["other"], known)]).toEqual(["other"]);
  });
});

describe("stopWaves()", () => {
  test("stops a service once everything that depends on it has stopped", () => {
    expect(stopWaves(["log", "keeper", "store", "processor", "page"], known)).toEqual([
      ["page", "processor"],
      ["store"],
      ["keeper", "log"],
    ]);
    expect(stopWaves(["log", "keeper", "store", "processor"], known)).toEqual([
      ["processor", "store"],
      ["keeper", "log"],
    ]);
  });

  test("keeps the order where what lies between two services does not run", () => {
    expect(stopWaves(["page", "log"], known)).toEqual([["page"], ["log"]]);
  });

  test("stops what it does not know with the first", () => {
    expect(stopWaves(["other", "log", "processor"], known)).toEqual([["processor", "other"], ["log"]]);
  });
});
