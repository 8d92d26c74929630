/** The values that a field may have. A record that violates a contract is invalid: processors drop it, `verify` counts it by reason. */

/** Accepted JSON values of one field. Bounds are inclusive. */
export type Contract = FieldType & {
  /** Whether the field may be null or missing. */
  readonly optional: boolean;
};

type FieldType =
  /** Bounds lie within ±(2^53 − 1). */
  | { readonly type: "int"; readonly min: number; readonly max: number }
  /** `min` and `max` are scaled integers: with two places, 19.99 is 1999. */
  | { readonly type: "decimal"; readonly min: number; readonly max: number; readonly places: number }
  | { readonly type: "text"; readonly maxCodePoints: number }
  | { readonly type: "one_of"; readonly values: readonly string[] }
  /** `#` matches a digit, `?` a letter from A to Z; a backslash escapes the next character. */
  | { readonly type: "pattern"; readonly pattern: string }
  | { readonly type: "uuid" }
  | { readonly type: "bool" }
  | { readonly type: "time"; readonly as: TimeFormat };

/** `sql`: `yyyy-MM-dd HH:mm:ss.SSS`; `iso`: `yyyy-MM-ddTHH:mm:ss.SSSZ`; both in UTC. The others are integers since the epoch. */
export type TimeFormat = "sql" | "iso" | "epoch_ms" | "epoch_s";

/** The largest and smallest integers that every processor represents exactly. */
export const intBounds = { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER } as const;
