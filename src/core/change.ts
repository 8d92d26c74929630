/** What `up` did to one resource, as the command line reports it. */
export interface Change {
  readonly kind: string;
  readonly name: string;
  readonly result: "created" | "unchanged" | "updated" | "replaced" | "removed";
  /** Why it was created, updated or replaced; absent where the result says enough. */
  readonly cause?: string;
}
