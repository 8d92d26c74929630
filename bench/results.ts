/** bench/RESULTS.md: one section for each part of the bench, so that either can be measured anew by itself. */

import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";

const file = resolve(import.meta.dir, "RESULTS.md");
const preamble = `# Results

Written by \`make bench\`, whole sections at a time: what was measured, on what, by which command. What other pages quote stands here.
`;

export interface Section {
  readonly title: string;
  /** What to type for the same measurement. */
  readonly command: string;
  /** As `describeMachine` answered before anything was measured. */
  readonly machine: string;
  /** Markdown without headings. */
  readonly body: string;
}

/** Puts the section in the place of the one of the same title, or at the end. */
export async function keepSection({ title, command, machine, body }: Section): Promise<void> {
  const text = await readFile(file, "utf8").catch(() => preamble);
  const [head = preamble, ...sections] = text.split(/^(?=## )/mu);
  const day = new Date().toISOString().slice(0, 10);
  const section = `## ${title}\n\n${day}, \`${command}\`, on ${machine}\n\n${body}\n`;
  const place = sections.findIndex((other) => other.startsWith(`## ${title}\n`));
  const kept = place < 0 ? [...sections, section] : sections.with(place, section);
  await writeFile(file, [head, ...kept].map((part) => part.trimEnd()).join("\n\n") + "\n");
}

/** A Markdown table. @param textColumns how many columns from the left hold text; the others hold figures */
export function table(head: readonly string[], rows: readonly (readonly string[])[], textColumns: number): string {
  const rule = head.map((_, column) => (column < textColumns ? "---" : "---:"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
