/** Prints the licenses of the packages that the bundles of the page contain, and of those that they depend on. */

import { readFileSync } from "node:fs";

/** Packages that the page imports. */
const imported = [
  "@codemirror/autocomplete",
  "@codemirror/commands",
  "@codemirror/lang-sql",
  "@codemirror/language",
  "@codemirror/state",
  "@codemirror/view",
  "@lezer/highlight",
  "@preact/signals",
  "@tanstack/virtual-core",
  "preact",
  "uplot",
];

const folder = new URL("../node_modules/", import.meta.url);
const found = new Map<string, string>();

function add(name: string): void {
  if (found.has(name)) return;
  const manifest = JSON.parse(readFileSync(new URL(`${name}/package.json`, folder), "utf8"));
  found.set(name, `${name} ${manifest.version}\n\n${readFileSync(new URL(`${name}/LICENSE`, folder), "utf8").trim()}\n`);
  for (const dependency of Object.keys(manifest.dependencies ?? {})) add(dependency);
}

imported.forEach(add);
const texts = [...found].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, text]) => text);
process.stdout.write(`The page of the console contains these packages.\n\n${texts.join(`\n${"-".repeat(80)}\n\n`)}`);
