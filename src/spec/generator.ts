/** How the values of a field are generated. Shares are fractions from 0 to 1; times and durations are in milliseconds. */

export type Scalar = string | number | boolean;

export type Generator =
  | { readonly kind: "constant"; readonly value: Scalar }
  | { readonly kind: "one_of"; readonly choices: readonly WeightedValue[] }
  | { readonly kind: "int"; readonly min: number; readonly max: number; readonly shape: Shape }
  /** `min` and `max` are scaled integers. */
  | { readonly kind: "decimal"; readonly min: number; readonly max: number; readonly places: number; readonly shape: Shape }
  | { readonly kind: "bool"; readonly trueShare: number }
  /** `template` is null for plain integers; otherwise the zeros in braces are replaced by the counter. */
  | { readonly kind: "sequence"; readonly template: string | null }
  | { readonly kind: "uuid"; readonly version: 4 | 7 }
  | { readonly kind: "hex"; readonly digits: number }
  | { readonly kind: "pattern"; readonly pattern: string }
  | { readonly kind: "event_time" }
  | { readonly kind: "ref"; readonly entity: string; readonly field: string; readonly pick: RowPick }
  /** Another field of the entity row that this record's field `as` refers to. */
  | { readonly kind: "same"; readonly as: string; readonly field: string }
  /** `poolSize` is null if faker is called for every record. */
  | { readonly kind: "faker"; readonly method: string; readonly poolSize: number | null }
  | { readonly kind: "derive"; readonly expression: Expression }
  | { readonly kind: "walk"; readonly around: number; readonly swing: number; readonly every: number; readonly places: number };

/** An entity field may also list one value per row. */
export type EntityGenerator = Generator | { readonly kind: "values"; readonly values: readonly Scalar[] };

export interface WeightedValue {
  readonly value: Scalar;
  readonly weight: number;
}

/** A distribution, truncated to the range from `min` to `max`. */
export type Shape =
  | { readonly kind: "uniform" }
  | { readonly kind: "normal" | "log_normal"; readonly mean: number; readonly deviation: number }
  | { readonly kind: "exponential"; readonly mean: number }
  | { readonly kind: "zipf"; readonly exponent: number };

/** How a reference selects a row. */
export type RowPick =
  | { readonly kind: "uniform" | "round_robin" }
  | { readonly kind: "zipf"; readonly exponent: number }
  /** The first `rows` rows receive `share` of all references. */
  | { readonly kind: "hot"; readonly rows: number; readonly share: number };

/** Exact arithmetic on integers and decimals of the same record. Literals are scaled integers. */
export type Expression =
  | { readonly kind: "literal"; readonly value: number; readonly places: number }
  | { readonly kind: "field"; readonly name: string }
  | { readonly kind: "parent"; readonly name: string }
  | { readonly kind: "+" | "-" | "*"; readonly left: Expression; readonly right: Expression };
