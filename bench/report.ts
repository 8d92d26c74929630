/** Results of a benchmark: rows with a target, logged as they arrive and printed as one table. */

import { table } from "./results.ts";

export interface Row {
  readonly what: string;
  readonly measured: string;
  readonly wanted: string;
  readonly reached: boolean;
}

export class Report {
  readonly #rows: Row[] = [];

  /** @param reached also true for a row without a target */
  add(what: string, measured: string, wanted: string, reached: boolean): void {
    this.#rows.push({ what, measured, wanted, reached });
    this.say(`  ${what}: ${measured}`);
  }

  say(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  get reached(): boolean {
    return this.#rows.every(({ reached }) => reached);
  }

  print(): string {
    const width = Math.max(...this.#rows.map(({ what }) => what.length));
    const middle = Math.max(...this.#rows.map(({ measured }) => measured.length));
    return this.#rows
      .map(
        ({ what, measured, wanted, reached }) =>
          `${reached ? "yes" : "NO "}  ${what.padEnd(width)}  ${measured.padEnd(middle)}  target ${wanted}`,
      )
      .join("\n");
  }

  /** The table in Markdown. */
  table(): string {
    const cells = this.#rows.map(({ what, measured, wanted, reached }) => [what, measured, reached ? wanted : `${wanted}: missed`]);
    return table(["what", "measured", "target"], cells, 3);
  }
}

export const ms = (value: number): string => `${value.toFixed(value < 100 ? 1 : 0)} ms`;
export const seconds = (value: number): string => `${(value / 1000).toFixed(2)} s`;
export const megabytes = (value: number): string => `${(value / 1e6).toFixed(0)} MB`;
export const perSecond = (value: number): string => `${Math.round(value).toLocaleString("en")} messages/s`;
