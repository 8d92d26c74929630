import { describe, expect, test } from "bun:test";
import { renderCompare } from "../../../src/cli/render/compare.ts";
import { isExact } from "../../../src/trials/compare/report.ts";
import { exampleReport, exampleRow, failedRow } from "../../trials/compare/example-report.ts";

describe("renderCompare()", () => {
  test("prints one column per processor, then why a result is missing, and the conditions", async () => {
    expect(await renderCompare(exampleReport, "table", null)).toMatchInlineSnapshot(`
      "                    Flink      Spark
      ──────────────────  ─────────  ──────
      version             2.3.0      –
      freshness p50       169 ms     –
      freshness p95       280 ms     –
      freshness p99       1.41 s     –
      burst               120,000/s  –
      recovery            7.89 s     –
      CPU per record      61 µs      –
      CPU in the burst    9.5 µs     –
      memory              393 MB     –
      updates per window  21         –
      stack ready         12.3 s     15 s
      processor ready     4.32 s     7.50 s
      exact               yes        NO

      Spark: while measuring freshness: 3 of 40 records <img src="x" onerror=alert(1)> & more
      ksqldb was skipped: no source was given

      2,000 messages/s for 30 s, a burst of 300,000 messages, seed 7
      A processor, 2 cores, 25.3 GB of memory, Linux 6.1, load 0.5 at the start
      "
    `);
  });

  test("prints the report as one JSON document", async () => {
    const text = await renderCompare(exampleReport, "json", null);
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(exampleReport)));
    expect(text.trimEnd()).not.toContain("\n");
  });

  test("writes a page that loads nothing, runs nothing, and escapes every text", async () => {
    const page = await renderCompare({ ...exampleReport, machine: `<b>"M" & 'N'</b>\u0007` }, "html", null);
    expect(page).toContain("&lt;b&gt;&quot;M&quot; &amp; &#39;N&#39;&lt;/b&gt;\\u0007");
    expect(page).toContain("3 of 40 records &lt;img src=&quot;x&quot; onerror=alert(1)&gt; &amp; more");
    expect(page).not.toMatch(/<script|<img|<link|https?:|url\(|@import|<[^>]* on\w+=/u);
    expect(page).toContain("default-src 'none'");
  });

  test("gives each chart of the page a table with the values of its bars, in proportion to the largest one", async () => {
    const slow = { ...exampleRow, label: "Slow", freshnessMs: { p50: 705, p95: 1410, p99: 2820, samples: 10 } };
    const page = await renderCompare({ ...exampleReport, rows: [exampleRow, slow] }, "html", null);
    expect(page.match(/<table class="chart">\n<caption>/gu)).toHaveLength(page.match(/<h2>/gu)?.length ?? 0);
    expect(page).toContain(
      '<tr><th class="name" scope="row">Slow</th><td><svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">' +
        '<rect class="track" width="100" height="10"/><rect class="amount" width="25" height="10"/></svg></td><td class="value">705 ms</td></tr>',
    );
    expect(page).toContain('<td class="value best">169 ms</td>');
    expect(page).toContain("Exact: every window of every processor equals what was sent.");
  });

  test("marks what is not exact on the page, and shows a dash for what was not measured", async () => {
    const page = await renderCompare(exampleReport, "html", null);
    expect(page).toContain("Not exact, or incomplete: Spark");
    expect(page).toContain('<tr class="inexact"><th class="name" scope="row">Spark</th>');
    expect(page).toContain('<rect class="amount" width="0" height="10"/></svg></td><td class="value">–</td>');
    expect(page).toContain("<li>ksqldb was skipped: no source was given</li>");
  });
});

test("isExact() requires that every row is complete and exact", () => {
  expect(isExact({ rows: [exampleRow] })).toBe(true);
  expect(isExact({ rows: [exampleRow, failedRow] })).toBe(false);
  expect(isExact({ rows: [{ ...exampleRow, reason: "while removing the stack: it is stuck" }] })).toBe(false);
});
