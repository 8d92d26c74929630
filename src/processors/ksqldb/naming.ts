/**
 * Names of the objects that a stack creates on a ksqlDB server. On a server of the stack they are fixed. On a shared server each name
 * contains the pipeline and the stack's id, so that two stacks, or two users, cannot change each other's objects.
 */

/** The owner of objects on a shared server. */
export interface Owner {
  /** Name of the pipeline: lower-case letters, digits and hyphens. */
  readonly pipeline: string;
  /** Eight hexadecimal digits. */
  readonly stackId: string;
}

export interface Naming {
  /** Prefix of the names of streams and tables. */
  readonly prefix: string;
  /** Prefix of the names of intermediate topics. No other stack's prefix begins with it. */
  readonly topicPrefix: string;
  /** The owner in the mark of a computation; empty on a server of the stack, and in statements of versions without owners. */
  readonly mark: string;
}

const betweenTopic = "paid_transactions-";

/** @param owner undefined on a server that streamctl started for the stack */
export function namingOf(owner: Owner | undefined): Naming {
  if (owner === undefined) return { prefix: "", topicPrefix: `streamctl-${betweenTopic}`, mark: "" };
  const { pipeline, stackId } = owner;
  return {
    // A hyphen would require quotes; names of pipelines contain no underscore.
    prefix: `streamctl_${pipeline.replaceAll("-", "_")}_${stackId}_`,
    topicPrefix: `streamctl-${pipeline}-${stackId}-${betweenTopic}`,
    mark: `${pipeline}/${stackId}`,
  };
}

/** Describes who started a query. @param mark the owner in its statement; undefined without a mark */
export function describeMark(mark: string | undefined): string {
  if (mark === undefined) return "which was not started by streamctl";
  return mark === "" ? "which was started by an older version of streamctl" : `which was started by another stack (${mark})`;
}
