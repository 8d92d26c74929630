import { describe, expect, test } from "bun:test";
import { choiceParameter, wholeParameter } from "../../../src/console/routes/parameters.ts";

const range = { min: 1, max: 500, absent: 100 };
const whole = (query: string, within: Partial<typeof range> = {}) =>
  wholeParameter(new URLSearchParams(query), "limit", { ...range, ...within });
const refused = (message: string) => expect.objectContaining({ code: "usage", message });

describe("wholeParameter()", () => {
  test("returns the number, from the minimum to the maximum, and the default if there is none", () => {
    expect(["limit=1", "limit=500", "limit=0500", "other=1"].map((query) => whole(query))).toEqual([1, 500, 500, 100]);
    expect(whole("limit=-3", { min: -5 })).toBe(-3);
    expect(whole(`limit=${Number.MAX_SAFE_INTEGER}`, { max: Number.MAX_SAFE_INTEGER })).toBe(Number.MAX_SAFE_INTEGER);
  });

  test.each(["", "0", "501", "-1", "1.5", "1e2", "0x10", " 7 ", "+7", "x", "Infinity", "NaN", "9007199254740993", "1,000", "١"])(
    "rejects %j",
    (text) => {
      const query = new URLSearchParams({ limit: text });
      const message = `Parameter limit is "${text}", not a whole number from 1 to 500`;
      expect(() => wholeParameter(query, "limit", range)).toThrow(refused(message));
    },
  );

  test("takes the first of several values, as every reader of URLSearchParams does", () => {
    expect(whole("limit=2&limit=x")).toBe(2);
  });
});

describe("choiceParameter()", () => {
  const choice = (query: string) => choiceParameter(new URLSearchParams(query), "order", ["newest", "oldest"]);

  test("returns one of the texts, and the first if there is none", () => {
    expect([choice("order=oldest"), choice("order=newest"), choice("")]).toEqual(["oldest", "newest", "newest"]);
  });

  test.each(["", "Oldest", "up", "newest,oldest"])("rejects %j", (text) => {
    expect(() => choice(`order=${text}`)).toThrow(refused(`Parameter order is "${text}", not one of newest, oldest`));
  });
});
