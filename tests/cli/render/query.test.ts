import { expect, test } from "bun:test";
import { queryFormats, renderQuery } from "../../../src/cli/render/query.ts";

const answer = {
  columns: [
    { name: "START", type: "STRING" },
    { name: "TOTAL_PAID", type: "LONG" },
  ],
  rows: [
    ["2026-01-01 00:00:00", 150],
    [null, 1000],
  ],
  elapsedMs: 4,
  limitReached: false,
  warnings: [{ code: "groups-trimmed", message: "Groups may be missing" }],
};

test("renderQuery() writes the same answer in every format", () => {
  expect(queryFormats.map((format) => renderQuery(answer, { format, width: null })).join("\n")).toMatchInlineSnapshot(`
    "START                TOTAL_PAID
    ───────────────────  ──────────
    2026-01-01 00:00:00         150
                               1000

    {"columns":[{"name":"START","type":"STRING"},{"name":"TOTAL_PAID","type":"LONG"}],"rows":[["2026-01-01 00:00:00",150],[null,1000]],"elapsedMs":4,"limitReached":false,"warnings":[{"code":"groups-trimmed","message":"Groups may be missing"}]}

    START,TOTAL_PAID
    2026-01-01 00:00:00,150
    ,1000

    {"START":"2026-01-01 00:00:00","TOTAL_PAID":150}
    {"START":null,"TOTAL_PAID":1000}
    "
  `);
});
