/** Writes bench/RESULTS.md: one section per benchmark, so that each can be repeated separately. */

import { readFile, writeFile } from "node:fs/promises";
import { resolve } from "node:path";

const file = resolve(import.meta.dir, "RESULTS.md");
const preamble = `# Results

Written by \`make bench\`, one section per benchmark, with the command and the machine. Other documents quote these figures.
`;

export interface Section {
  readonly title: string;
  /** The command that repeats the measurement. */
  readonly command: string;
  /** Result of `describeMachine` before the measurement. */
  readonly machine: string;
  /** Markdown without headings. */
  readonly body: string;
}

/** Replaces the section with the same title, or appends it. */
export async function keepSection({ title, command, machine, body }: Section): Promise<void> {
  const text = await readFile(file, "utf8").catch(() => preamble);
  const [head = preamble, ...sections] = text.split(/^(?=## )/mu);
  const day = new Date().toISOString().slice(0, 10);
  const section = `## ${title}\n\n${day}, \`${command}\`, on ${machine}\n\n${body}\n`;
  const place = sections.findIndex((other) => other.startsWith(`## ${title}\n`));
  const kept = place < 0 ? [...sections, section] : sections.with(place, section);
  await writeFile(file, [head, ...kept].map((part) => part.trimEnd()).join("\n\n") + "\n");
}

/** A Markdown table. @param textColumns number of text columns from the left; the others contain figures */
export function table(head: readonly string[], rows: readonly (readonly string[])[], textColumns: number): string {
  const rule = head.map((_, column) => (column < textColumns ? "---" : "---:"));
  return [head, rule, ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
