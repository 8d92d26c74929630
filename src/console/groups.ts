/** How far consumer groups and the processor have read. */

import type { GroupDocument } from "./api.ts";
import { mapInTurns } from "./map-in-turns.ts";
import type { Stack } from "./pipeline/stack-reader.ts";
import { StreamctlError } from "../core/errors.ts";
import { type StepDeadline, withinStep } from "../core/step-deadline.ts";
import { type CommittedOffset, type ConsumerGroup, groupOffsets, listGroups, listOffsets, type Watermarks } from "../kafka/admin.ts";
import type { PartitionProgress } from "../processors/plugin.ts";

const askTimeoutMs = 5000;

/** What is requested from Kafka and the processor. Each method throws StreamctlError. */
export interface GroupSource {
  groups(): Promise<readonly ConsumerGroup[]>;
  committed(groupId: string): Promise<readonly CommittedOffset[]>;
  ends(topic: string): Promise<readonly Pick<Watermarks, "partition" | "high">[]>;
  progress(): Promise<readonly PartitionProgress[]>;
}

export function groupSource({ endpoints, processor }: Stack, signal: AbortSignal): GroupSource {
  const request = { brokers: endpoints.kafka, timeoutMs: askTimeoutMs, signal };
  const ask = async (deadline: StepDeadline) => await processor.plugin.progress(processor.contextFor(), deadline);
  return {
    groups: async () => await listGroups(request),
    committed: async (groupId) => await groupOffsets({ ...request, groupId }),
    ends: async (topic) => await listOffsets({ ...request, topic }),
    progress: async () => await withinStep(askTimeoutMs, signal, ask),
  };
}

interface Position {
  readonly topic: string;
  readonly partition: number;
  readonly next: number;
}

/** Consumer groups, after the processor's own progress. @param label name of the processor @throws StreamctlError if Kafka does not answer */
export async function listGroupDocuments(source: GroupSource, label: string): Promise<readonly GroupDocument[]> {
  const groups = await source.groups();
  const ends = new Map<string, ReturnType<GroupSource["ends"]>>();
  const endOf = async (topic: string, partition: number): Promise<number | null> => {
    // A topic that was deleted has no end.
    const known = ends.get(topic) ?? source.ends(topic).catch(() => []);
    ends.set(topic, known);
    return (await known).find((one) => one.partition === partition)?.high ?? null;
  };
  const offsetOf = async ({ topic, partition, next }: Position): Promise<GroupDocument["offsets"][number]> => {
    const end = await endOf(topic, partition);
    return { topic, partition, next, end, lag: end === null ? null : Math.max(0, end - next) };
  };
  const own = await ownProgress(source, label);
  const documents = await mapInTurns(groups, async ({ groupId, state }): Promise<GroupDocument> => {
    const committed = await source.committed(groupId);
    const positions = committed.map(({ topic, partition, offset }) => ({ topic, partition, next: offset }));
    return { name: groupId, kind: "group", state, offsets: await mapInTurns(positions, offsetOf) };
  });
  return own === undefined ? documents : [{ ...own, offsets: await mapInTurns(own.offsets, offsetOf) }, ...documents];
}

async function ownProgress(
  source: GroupSource,
  label: string,
): Promise<(Omit<GroupDocument, "offsets"> & { readonly offsets: readonly Position[] }) | undefined> {
  try {
    const progress = await source.progress();
    const offsets = progress.map(({ topic, partition, nextOffset }) => ({ topic, partition, next: nextOffset }));
    return { name: label, kind: "processor", state: offsets.length === 0 ? "no progress reported" : "reading", offsets };
  } catch (error) {
    // The groups are useful without it.
    if (error instanceof StreamctlError) return undefined;
    throw error;
  }
}
