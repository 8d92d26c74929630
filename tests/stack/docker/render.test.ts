/** Compares the script that renders an image's configuration with the code that renders the same templates for local processes. */

import { describe, expect, test } from "bun:test";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { array, assert, asyncProperty, constantFrom, oneof, string } from "fast-check";
import { runCommand, type CommandResult } from "../../../src/core/process.ts";
import { renderTemplate, type TemplateValues } from "../../../src/core/template.ts";
import { encodeValues } from "../../../src/stack/docker/image.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

async function render(folder: string, VALUES: string): Promise<CommandResult> {
  return await runCommand({ program: "sh", args: ["dockerfiles/render", folder], env: { VALUES } });
}

/** A text as the script renders it. */
async function rendered(text: string, values: TemplateValues): Promise<string> {
  const folder = await temporaryFolder();
  const file = join(folder, "a b.conf");
  await writeFile(file, text);
  expect(await render(folder, encodeValues(values))).toEqual({ exitCode: 0, output: "" });
  return await readFile(file, "utf8");
}

const template = 'a={{a}}\nb = {{ b }}{{a}}\\n$HOME & `id` "{{c-d.e}}" {{ not a name }} {{}} {a} {{{a}}}\n\nlast {{a}}';

describe("dockerfiles/render", () => {
  test("renders any value as streamctl does", async () => {
    const nasty = [
      "two words",
      " ",
      "",
      "|",
      "a|b|c",
      "&",
      "\\1 \\& \\n",
      "$HOME ${X} $(id) $$",
      "'",
      '"',
      "`id`",
      "a\nb\n",
      "\t",
      "%20 %",
      "%41",
      "{{a}}",
      "/",
      "=",
      "a=b",
      "ü € 漢",
      "\r\n",
    ];
    for (const value of nasty) {
      const values = { a: value, b: 7, "c-d.e": `${value}${value}` };
      expect(await rendered(template, values)).toBe(renderTemplate(template, values, "a"));
    }
  });

  test("renders any values in any text as streamctl does", async () => {
    // Configuration files contain neither NUL nor the script's record separator.
    const texts = string({ unit: "grapheme", maxLength: 20 }).filter((text) => !text.includes("\0") && !text.includes("\u0001"));
    const parts = array(oneof(texts, constantFrom("{{a}}", "{{ b }}", "{{", "}}", "\n", "\\", "&")), { maxLength: 8 });
    await assert(
      asyncProperty(parts, texts, texts, async (words, a, b) => {
        const text = words.join("");
        let expected: string;
        try {
          expected = renderTemplate(text, { a, b }, "a");
        } catch {
          return; // It uses an unknown value.
        }
        expect(await rendered(text, { a, b })).toBe(expected);
      }),
      { numRuns: 40 },
    );
  });

  test("rejects a template with an unknown value, in any file", async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, "deep"));
    await writeFile(join(folder, "a.conf"), "a={{a}}\nb={{b}}\n");
    await writeFile(join(folder, "deep/z.conf"), "a={{a}}\n");
    const { exitCode, output } = await render(folder, "a=1");
    expect(exitCode).toBe(1);
    expect(output).toContain("a.conf:2: {{b}} has no value");
  });
});
