import { expect, test } from "bun:test";
import { renderStreamedRow } from "../../../src/cli/render/query.ts";

test("renderStreamedRow() writes the names once and aligns later rows with the first", () => {
  const names = ["USER", "PAID"];
  const rows = [
    ["user-1", 10],
    ["u2", 2000],
  ];
  const [first = []] = rows;
  const all = (format: "table" | "csv" | "ndjson") =>
    rows.map((row) => renderStreamedRow(names, row, first, { format, width: null })).join("");
  expect(all("table")).toBe("USER    PAID\n──────  ────\nuser-1    10\nu2      2000\n");
  expect(all("csv")).toBe("USER,PAID\nuser-1,10\nu2,2000\n");
  expect(all("ndjson")).toBe('{"USER":"user-1","PAID":10}\n{"USER":"u2","PAID":2000}\n');
});
