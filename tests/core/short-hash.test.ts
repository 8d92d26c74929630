import { expect, test } from "bun:test";
import { shortHash } from "../../src/core/short-hash.ts";

test("shortHash() begins the SHA-256 of the UTF-8 text", () => {
  expect(shortHash("abc")).toBe("ba7816bf8f01cfea");
  expect([shortHash("abc", 12), shortHash("abc", 8)]).toEqual(["ba7816bf8f01", "ba7816bf"]);
  expect(shortHash("é")).toBe("4a99557e4033c353");
});
