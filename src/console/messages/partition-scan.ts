/**
 * The search in one partition, in one direction. It knows how far it has searched, and has found messages that were not emitted yet: at
 * most as many as the search may still return.
 */

import type { Direction } from "./cursor.ts";
import type { MessageRow } from "../api.ts";

/** Offsets from `offset` to before `endOffset`. */
export interface Block {
  readonly partition: number;
  readonly offset: number;
  readonly endOffset: number;
}

export class PartitionScan {
  readonly partition: number;
  readonly #direction: Direction;
  /** Limits of what is searched. */
  readonly #low: number;
  readonly #high: number;
  /** Forward: everything before was searched. Backward: everything from here on. */
  #position: number;
  /** The timestamp up to which everything was searched, in the direction of the search; undefined before the first block. */
  #frontierMs: number | undefined;
  /** Found messages, the next one to emit first. */
  #found: MessageRow[] = [];

  constructor(partition: number, direction: Direction, range: { readonly low: number; readonly high: number }, position: number) {
    this.partition = partition;
    this.#direction = direction;
    this.#low = range.low;
    this.#high = range.high;
    this.#position = Math.min(Math.max(position, range.low), range.high);
  }

  /** Whether everything was searched. */
  get isDone(): boolean {
    return this.left === 0;
  }

  /** Number of offsets that were not searched. */
  get left(): number {
    return this.#direction === "forward" ? this.#high - this.#position : this.#position - this.#low;
  }

  /** No message beyond this timestamp is still to be found; undefined if any may be. */
  get frontierMs(): number | undefined {
    if (!this.isDone) return this.#frontierMs;
    return this.#direction === "forward" ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY;
  }

  /** The next message to emit, if it was found. */
  get next(): MessageRow | undefined {
    return this.#found[0];
  }

  take(): MessageRow | undefined {
    return this.#found.shift();
  }

  /** Where the search would go on so that every message that was not emitted is found again. */
  get resumeAt(): number {
    const { next } = this;
    if (next === undefined) return this.#position;
    return this.#direction === "forward" ? next.offset : next.offset + 1;
  }

  /** Number of offsets that a search from `resumeAt` would search. */
  get leftToResume(): number {
    return this.#direction === "forward" ? this.#high - this.resumeAt : this.resumeAt - this.#low;
  }

  /** The next offsets to search, at most `size`. */
  block(size: number): Block {
    const { partition } = this;
    return this.#direction === "forward"
      ? { partition, offset: this.#position, endOffset: Math.min(this.#position + size, this.#high) }
      : { partition, offset: Math.max(this.#position - size, this.#low), endOffset: this.#position };
  }

  /**
   * Adds the result of a block.
   *
   * @param found matching messages by ascending offset: forward the first ones, backward the last ones
   * @param isCut whether there are more matches in the block: those beyond `found` count as not searched
   * @param timesMs smallest and largest timestamp of the block; undefined if it has no message
   */
  add(
    block: Block,
    found: readonly MessageRow[],
    isCut: boolean,
    timesMs: { readonly min: number; readonly max: number } | undefined,
  ): void {
    const isForward = this.#direction === "forward";
    this.#found.push(...(isForward ? found : found.toReversed()));
    const last = isForward ? found.at(-1) : found[0];
    if (isCut && last !== undefined) {
      this.#position = isForward ? last.offset + 1 : last.offset;
      this.#frontierMs = last.timestampMs;
      return;
    }
    this.#position = isForward ? block.endOffset : block.offset;
    const frontier = isForward ? timesMs?.max : timesMs?.min;
    this.#frontierMs = frontier ?? this.#frontierMs;
  }
}
