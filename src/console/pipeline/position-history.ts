/** Positions of a stage over the last minutes: from them follow its rate, and when it was where another stage is now. */

interface Sample {
  readonly atMs: number;
  readonly position: number;
}

/** Maximum number of samples: ten minutes at one per second. */
const mostSamples = 600;

/** A rate is the average over this time, in milliseconds. */
const rateMs = 4000;

export class PositionHistory {
  #samples: Sample[] = [];

  /** The newest position; undefined before the first. */
  get position(): number | undefined {
    return this.#samples.at(-1)?.position;
  }

  /** Adds a position, such as the sum of the end offsets of a topic. A smaller one than before means that the topic was recreated. */
  add(atMs: number, position: number): void {
    if (position < (this.position ?? 0)) this.#samples = [];
    this.#samples.push({ atMs, position });
    if (this.#samples.length > mostSamples) this.#samples.shift();
  }

  clear(): void {
    this.#samples = [];
  }

  /** Increase per second over the last seconds; undefined with less than two samples, or if the last one is old. */
  perSecond(nowMs: number): number | undefined {
    const last = this.#samples.at(-1);
    if (last === undefined || nowMs - last.atMs > 2 * rateMs) return undefined;
    const first = this.#samples.find(({ atMs }) => atMs >= last.atMs - rateMs) ?? last;
    return last.atMs === first.atMs ? undefined : ((last.position - first.position) * 1000) / (last.atMs - first.atMs);
  }

  /**
   * How long ago this stage reached a position, in milliseconds; interpolated between samples. 0 if it is there now; undefined if it was
   * before the first sample.
   */
  agoMs(position: number, nowMs: number): number | undefined {
    const last = this.#samples.at(-1);
    if (last === undefined) return undefined;
    if (position >= last.position) return 0;
    const after = this.#samples.findIndex((sample) => sample.position > position);
    const [before, next] = [this.#samples[after - 1], this.#samples[after]];
    if (before === undefined || next === undefined) return undefined;
    const share = (position - before.position) / (next.position - before.position);
    return Math.max(0, nowMs - (before.atMs + share * (next.atMs - before.atMs)));
  }
}
