/**
 * What a stack calls what it makes on a ksqlDB server. On a server of its own it has the names to itself. On one that others use too, each
 * name holds the pipeline and the stack's id, so that two stacks, or two users of one server, cannot touch what the other one made.
 */

/** Whose something is on a server that others use too. */
export interface Owner {
  /** Name of the pipeline: small letters, digits and hyphens. */
  readonly pipeline: string;
  /** Eight hexadecimal digits. */
  readonly stackId: string;
}

export interface Naming {
  /** Before the name of each stream and table. */
  readonly prefix: string;
  /** Before the name of each topic that streamctl makes for the sake of the statements. No other stack's prefix begins with it. */
  readonly topicPrefix: string;
  /** Whose a computation is, as its statement carries it; empty on a server of the stack's own, and before owners were written down. */
  readonly mark: string;
}

const betweenTopic = "paid_transactions-";

/** @param owner undefined on a server that streamctl started for the stack */
export function namingOf(owner: Owner | undefined): Naming {
  if (owner === undefined) return { prefix: "", topicPrefix: `streamctl-${betweenTopic}`, mark: "" };
  const { pipeline, stackId } = owner;
  return {
    // A hyphen would have to be quoted; an underscore is in no name of a pipeline.
    prefix: `streamctl_${pipeline.replaceAll("-", "_")}_${stackId}_`,
    topicPrefix: `streamctl-${pipeline}-${stackId}-${betweenTopic}`,
    mark: `${pipeline}/${stackId}`,
  };
}

/** Who started a query, as a message names it, by the mark in its statement; undefined where it carries none. */
export function describeMark(mark: string | undefined): string {
  if (mark === undefined) return "which streamctl did not start";
  return mark === "" ? "which an older streamctl started" : `which another stack of streamctl (${mark}) started`;
}
