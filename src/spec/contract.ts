/** What the value of a field may be. A record with a value outside of it is invalid: `verify` counts it with its reason, every processor filters it. */

/** Accepted values of one field, by its type in JSON. Bounds are inclusive. */
export type Contract = FieldType & {
  /** Whether null and a missing field are accepted too. */
  readonly optional: boolean;
};

type FieldType =
  /** Within ±(2^53 − 1). */
  | { readonly type: "int"; readonly min: number; readonly max: number }
  /** `min` and `max` are scaled integers: 19.99 with two places is 1999. */
  | { readonly type: "decimal"; readonly min: number; readonly max: number; readonly places: number }
  | { readonly type: "text"; readonly maxCodePoints: number }
  | { readonly type: "one_of"; readonly values: readonly string[] }
  /** `#` stands for a digit, `?` for a letter A to Z, and a backslash makes the next character itself. */
  | { readonly type: "pattern"; readonly pattern: string }
  | { readonly type: "uuid" }
  | { readonly type: "bool" }
  | { readonly type: "time"; readonly as: TimeFormat };

/** `sql`: `yyyy-MM-dd HH:mm:ss.SSS`; `iso`: `yyyy-MM-ddTHH:mm:ss.SSSZ`; both UTC. The others are whole numbers since the epoch. */
export type TimeFormat = "sql" | "iso" | "epoch_ms" | "epoch_s";

/** Largest and smallest integer that every processor keeps exactly. */
export const intBounds = { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER } as const;
