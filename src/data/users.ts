/** The users of the pipeline, for `--users fixed`, and the range of amounts for `--users random`. */

import { transactions } from "../spec/transactions.ts";

export interface FixedUser {
  readonly id: string;
  /** The amount of every transaction of this user. */
  readonly totalPaid: number;
}

const [{ fields }] = transactions.entities;
const [{ generator: ids }, { generator: prices }] = fields;

export const fixedUsers: readonly FixedUser[] = ids.values.map((id, row) => ({ id, totalPaid: prices.values[row] ?? 0 }));

/** Amounts of the transactions of `--users random`, both ends included. */
export const randomTotalPaid = { min: 20, max: 500 } as const;
