import { expect, test } from "bun:test";
import { renderCsv } from "../../../src/cli/render/csv.ts";
import { renderJson, renderNdjson } from "../../../src/cli/render/json.ts";

test("renderCsv() quotes as RFC 4180 requires, and an empty string, but not a null", () => {
  const rows = [
    ["a,b", 'say "x"', "", null],
    ["two\nlines", 1.5, [1, 2], true],
  ];
  expect(renderCsv(["plain", "with,comma", "c", "d"], rows, { terminal: false })).toBe(
    'plain,"with,comma",c,d\n"a,b","say ""x""","",\n"two\nlines",1.5,"[1,2]",true\n',
  );
});

test("renderCsv() escapes control characters on terminals only", () => {
  const rows = [["\u001b[31m"]];
  expect([false, true].map((terminal) => renderCsv(["a"], rows, { terminal }))).toEqual(["a\n\u001b[31m\n", "a\n\\u001b[31m\n"]);
});

test("renderJson() escapes control characters and remains the same document", () => {
  const document = { columns: [{ name: "a\u009b", type: "STRING" }], rows: [["\u001b\u007f\u202e", null, "東"]], elapsedMs: 4 };
  const text = renderJson(document);
  expect(text).toBe('{"columns":[{"name":"a\\u009b","type":"STRING"}],"rows":[["\\u001b\\u007f\\u202e",null,"東"]],"elapsedMs":4}\n');
  expect(JSON.parse(text)).toEqual(document);
});

test("renderJson() keeps every digit of an integer beyond 2^53", () => {
  expect(renderJson({ rows: [[9_223_372_036_854_775_807n, 1.5]] })).toBe('{"rows":[[9223372036854775807,1.5]]}\n');
});

test("renderNdjson() writes one object per row and numbers columns of the same name", () => {
  const rows = [
    [1, 2, "x"],
    [null, undefined, "y\nz"],
  ];
  expect(renderNdjson(["count", "count", "name"], rows)).toBe(
    '{"count":1,"count_2":2,"name":"x"}\n{"count":null,"count_2":null,"name":"y\\nz"}\n',
  );
});
