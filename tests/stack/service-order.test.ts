import { describe, expect, test } from "bun:test";
import { type Dependent, withDependencies } from "../../src/stack/service-order.ts";

const known: readonly Dependent[] = [
  { name: "log", after: [], needs: [] },
  { name: "keeper", after: [], needs: [] },
  { name: "store", after: ["keeper"], needs: ["log"] },
  { name: "processor", after: ["log"], needs: [] },
  { name: "page", after: ["store"], needs: [] },
];

describe("withDependencies()", () => {
  test("adds direct and indirect dependencies", () => {
    expect([...withDependencies(["page"], known)].toSorted()).toEqual(["keeper", "log", "page", "store"]);
    expect([...withDependencies(["log"], known)]).toEqual(["log"]);
    expect([...withDependencies(["other"], known)]).toEqual(["other"]);
  });
});
