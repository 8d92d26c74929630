import { expect, test } from "bun:test";
import { joinNames } from "../../src/core/list.ts";

test("joinNames() separates names by commas, and the last one by a conjunction", () => {
  expect([[], ["a"], ["a", "b"], ["a", "b", "c"]].map((names) => joinNames(names, "or"))).toEqual(["", "a", "a or b", "a, b or c"]);
});
