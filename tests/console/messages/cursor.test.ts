import { expect, test } from "bun:test";
import { readCursor, writeCursor } from "../../../src/console/messages/cursor.ts";

test("readCursor() reads what writeCursor() wrote", () => {
  const cursor = {
    direction: "backward",
    positions: new Map([
      [0, 5],
      [12, 9_007_199_254_740_991],
    ]),
  } as const;
  expect(writeCursor(cursor)).toMatch(/^[\w-]+$/u);
  expect(readCursor(writeCursor(cursor))).toEqual(cursor);
});

test("readCursor() rejects any other text", () => {
  const encoded = (json: unknown): string => Buffer.from(JSON.stringify(json)).toString("base64url");
  const texts = [
    "",
    "nonsense",
    encoded(null),
    encoded({ direction: "sideways", positions: [0, 1] }),
    encoded({ direction: "forward", positions: [] }),
    encoded({ direction: "forward", positions: [0] }),
    encoded({ direction: "forward", positions: [0, -1] }),
    encoded({ direction: "forward", positions: [0, "1"] }),
    encoded({ direction: "forward", positions: [0, 1.5] }),
  ];
  for (const text of texts) expect(() => readCursor(text)).toThrow("The cursor is not valid");
});
