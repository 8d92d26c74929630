/** What `up` did to one thing that it provisions, as the command line reports it. */
export interface Change {
  readonly kind: string;
  readonly name: string;
  readonly result: "created" | "unchanged" | "updated" | "replaced" | "removed";
  /** Why it was made, changed or replaced, where that says more than the result. */
  readonly cause?: string;
}
