import { expect, test } from "bun:test";
import type { MessageRow } from "../../../src/console/api.ts";
import { csvCell, isNumericType, messagesToCsv, messagesToNdjson, rowsToJson, toCsv } from "../../../src/console/page/export-text.ts";

const message: MessageRow = { partition: 1, offset: 7, timestampMs: 1_700_000_000_123, key: "k", value: null, keyBytes: 1, valueBytes: 0 };

test("csvCell() marks what a spreadsheet would evaluate as a text, and leaves numbers alone", () => {
  expect(["=1+1", "+1", "-x", "@SUM(A1)", "\tx", "-12.5", "-1e9", "12345678901234567890", "a-b"].map(csvCell)).toEqual([
    "'=1+1",
    "'+1",
    "'-x",
    "'@SUM(A1)",
    "'\tx",
    "-12.5",
    "-1e9",
    "12345678901234567890",
    "a-b",
  ]);
});

test("csvCell() quotes separators, quotes and each kind of line end", () => {
  expect(["a,b", 'a"b', "a\nb", "a\rb", "=1,2"].map(csvCell)).toEqual(['"a,b"', '"a""b"', '"a\nb"', '"a\rb"', '"\'=1,2"']);
  expect([null, true, -5, [1, null, "x"]].map(csvCell)).toEqual(["", "true", "-5", '"[1,null,""x""]"']);
});

test("toCsv() writes a header and lines as RFC 4180 describes them", () => {
  expect(toCsv(["a", "=b"], [[1, "x"]])).toBe("a,'=b\r\n1,x\r\n");
});

test("messagesToNdjson() writes JSON values digit by digit in one line, and other values as strings", () => {
  const lines = messagesToNdjson([
    { ...message, value: '{"id": 12345678901234567890,\n "x": 1.10}' },
    { ...message, value: "not json\n", headers: [["h", null]] },
    { ...message, value: "AAE=", valueEncoding: "base64", timestampMs: -1, key: null },
    message,
  ]).split("\n");
  expect(lines).toEqual([
    '{"partition":1,"offset":7,"timestamp":"2023-11-14T22:13:20.123Z","key":"k","value":{"id":12345678901234567890,"x":1.10}}',
    '{"partition":1,"offset":7,"timestamp":"2023-11-14T22:13:20.123Z","key":"k","headers":[["h",null]],"value":"not json\\n"}',
    '{"partition":1,"offset":7,"timestamp":null,"key":null,"valueEncoding":"base64","value":"AAE="}',
    '{"partition":1,"offset":7,"timestamp":"2023-11-14T22:13:20.123Z","key":"k","value":null}',
    "",
  ]);
});

test("messagesToCsv() keeps the exact value in one cell", () => {
  expect(messagesToCsv([{ ...message, key: "=cmd", value: '{"id": 12345678901234567890}' }])).toBe(
    'partition,offset,timestamp,key,value,headers\r\n1,7,2023-11-14T22:13:20.123Z,\'=cmd,"{""id"": 12345678901234567890}",\r\n',
  );
});

test("rowsToJson() writes the digits of a large integer as a number, and the same digits in a text column as a string", () => {
  const columns = [
    { name: "n", type: "LONG" },
    { name: "s", type: "STRING" },
  ];
  expect(
    rowsToJson(columns, [
      ["12345678901234567890", "123"],
      [null, null],
    ]),
  ).toBe('[\n  {"n": 12345678901234567890, "s": "123"},\n  {"n": null, "s": null}\n]\n');
  expect(rowsToJson(columns, [])).toBe("[]\n");
});

test("isNumericType() knows the numeric types of the engines", () => {
  expect(["INT", "LONG", "BIGINT", "DOUBLE", "DECIMAL(10, 2)", "BIG_DECIMAL", "INTEGER"].every(isNumericType)).toBe(true);
  expect(["STRING", "VARCHAR", "TIMESTAMP", "BOOLEAN", "ARRAY<INT>", "INTERVAL"].some(isNumericType)).toBe(false);
});
