export interface MessageFilter {
  text?: string;
  key?: string;
  path?: string;
}
export interface MessageQuery {
  readonly topic: string;
  readonly partition?: number;
  readonly from:
    | { kind: "newest" }
    | { kind: "oldest" }
    | { kind: "offset"; offset: number }
    | { kind: "time"; timestampMs: number }
    | { kind: "cursor"; cursor: string };
  readonly filter?: MessageFilter;
  readonly limit: number;
}
