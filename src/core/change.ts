/** A change to one resource, as reported by `up`. */
export interface Change {
  readonly kind: string;
  readonly name: string;
  readonly result: "created" | "unchanged" | "updated" | "replaced" | "removed";
  /** Why it was created, updated or replaced; absent if the result explains itself. */
  readonly cause?: string;
}
