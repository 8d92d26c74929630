import { expect, test } from "bun:test";
import { moveRange, readRange, writeRange, zoomRange } from "../../../src/console/page/window-range.ts";

const sizeMs = 10;
const all = { fromMs: 1000, toMs: 5000 };

test("readRange() reads what writeRange() wrote", () => {
  for (const choice of [
    { fixed: { fromMs: 5, toMs: 90 }, spanMs: 1000 },
    { fixed: undefined, spanMs: undefined },
    { fixed: undefined, spanMs: 700 },
    { fixed: undefined, spanMs: 1000 },
  ])
    expect(readRange(writeRange(choice, sizeMs), sizeMs)).toEqual(choice);
});

test("readRange() ignores a range that is none", () => {
  expect(readRange({ from: "9", to: "5", span: "x" }, sizeMs)).toEqual({ fixed: undefined, spanMs: 1000 });
});

test("zoomRange() keeps the place of the time under the pointer", () => {
  expect(zoomRange({ fromMs: 2000, toMs: 3000 }, 0.5, 2250, all, sizeMs)).toEqual({ fromMs: 2125, toMs: 2625 });
});

test("zoomRange() and moveRange() stay within the windows that exist", () => {
  expect(zoomRange({ fromMs: 2000, toMs: 3000 }, 100, 2500, all, sizeMs)).toEqual(all);
  expect(zoomRange({ fromMs: 2000, toMs: 2010 }, 0.1, 2000, all, sizeMs)).toEqual({ fromMs: 2000, toMs: 2080 });
  expect(moveRange({ fromMs: 4000, toMs: 4800 }, 0.5, all)).toEqual({ fromMs: 4200, toMs: 5000 });
  expect(moveRange({ fromMs: 1100, toMs: 1900 }, -0.5, all)).toEqual({ fromMs: 1000, toMs: 1800 });
});
