/** A stack that is measured through the executable. */

import { onlyWindow } from "../src/spec/names.ts";
import { queryPinot } from "../src/stores/pinot/broker.ts";
import { executable, measure } from "./measure.ts";

/** Maximum wait until everything sent is in Pinot, in milliseconds. */
const timeoutMs = 300_000;

/** Pause between two queries, in milliseconds: short beside the times measured, and long enough that Pinot's work for them is not. */
const pollMs = 100;

export class MeasuredStack {
  readonly #stateDir: string;
  readonly #brokerUrl: string;
  #paid = { count: 0, total: 0 };

  /** @param portOffset with which the stack is started */
  constructor(stateDir: string, portOffset: number) {
    this.#stateDir = stateDir;
    this.#brokerUrl = `http://127.0.0.1:${8099 + portOffset}`;
  }

  /** Runs a command on the stack and returns its JSON. @throws Error with its output if it fails */
  async run(...args: readonly string[]): Promise<any> {
    return JSON.parse((await measure([executable, "--state-dir", this.#stateDir, "--json", ...args])).stdout);
  }

  /**
   * Runs `data`, waits until everything sent so far is in Pinot's windows, and returns the JSON of `data`.
   *
   * @param watch called again and again; throws where waiting is pointless
   */
  async send(options: readonly string[], watch: () => Promise<void> = async () => {}): Promise<any> {
    const startedAt = performance.now();
    const run = await this.run("data", ...options);
    if (run.delivered !== run.requested) throw new Error(`only ${run.delivered} of ${run.requested} were delivered`);
    this.#paid = { count: this.#paid.count + run.paid.count, total: this.#paid.total + run.paid.total };
    const wanted = JSON.stringify([this.#paid.count, this.#paid.total]);
    for (let found = ""; found !== wanted; found = await this.#totals()) {
      await watch();
      if (performance.now() - startedAt > timeoutMs) throw new Error(`${found} in Pinot after ${timeoutMs} ms, not ${wanted}`);
      await Bun.sleep(pollMs);
    }
    return run;
  }

  /** Sums of Pinot's table: what the windows contain. */
  async #totals(): Promise<string> {
    const sql = `SELECT SUM(TOTAL_TRANSACTIONS), SUM(TOTAL_PAID) FROM ${onlyWindow.name}`;
    const { rows } = await queryPinot({ brokerUrl: this.#brokerUrl, sql }).catch(() => ({ rows: [] }));
    return JSON.stringify(rows[0] ?? null);
  }
}
