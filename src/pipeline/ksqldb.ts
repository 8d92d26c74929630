/** ksqlDB as the pipeline meets it: which server, by whom it was started, on which Kafka, and how its objects are taken back. */

import type { Declarations } from "../core/assets.ts";
import { hasCode, messageOf, StreamctlError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { remainingMs, type StepDeadline, stepDeadline } from "../core/step-deadline.ts";
import { createTopic, deleteTopic, fetchMetadata } from "../kafka/admin.ts";
import type { Endpoints } from "./endpoints.ts";
import type { KsqldbOptions, OwnTopics } from "../processors/ksqldb/chain.ts";
import { exposedCredentials } from "../processors/ksqldb/credentials.ts";
import { removeOwnObjects } from "../processors/ksqldb/processor.ts";
import { readServerInfo } from "../processors/ksqldb/server.ts";
import { type TopicIdentity, transactionsTopic, windowsTopic } from "../spec/names.ts";
import type { ServiceData } from "../stack/runtime.ts";
import type { StackChoices } from "../state/choices.ts";

export interface KsqldbPlace {
  readonly url: string;
  readonly ownServer: boolean;
  /** Bootstrap servers of the stack's Kafka. */
  readonly brokers: string;
  readonly declarations: Declarations;
}

/** A server that is not ours, a folder from which streamctl runs one, or Confluent's image, which only containers can be made of. */
export type KsqldbSource = { readonly url: string } | { readonly home: string } | { readonly image: true };

/** Where the stack's ksqlDB comes from; undefined where it has none. */
export function ksqldbSource({ processor, source }: Pick<StackChoices, "processor" | "source">): KsqldbSource | undefined {
  return processor === "ksqldb" ? (source as KsqldbSource | undefined) : undefined;
}

/** The address of a server that is not ours; undefined where the stack has its own, or none. */
export function externalServer(choices: Pick<StackChoices, "processor" | "source">): string | undefined {
  const source = ksqldbSource(choices);
  return source && "url" in source ? source.url : undefined;
}

/** Addresses of servers that are no longer chosen and may still write windows. */
export function abandonedServers({ abandoned = [] }: Pick<StackChoices, "abandoned">): readonly string[] {
  return abandoned.map(({ source }) => source["url"]).filter((url) => typeof url === "string");
}

/** Whether a server that is not ours belongs to what `--only` asks for. */
export function wantsExternal(choices: Pick<StackChoices, "processor" | "source" | "only">): boolean {
  const { only } = choices;
  return externalServer(choices) !== undefined && (only === undefined || only.includes("ksqldb"));
}

/** Warns where a server that the command talks to is sent credentials in the clear. To be called once per command. */
export function warnOfExposedCredentials(choices: StackChoices, log: Log): void {
  const url = wantsExternal(choices) ? externalServer(choices) : undefined;
  for (const address of new Set([...(url === undefined ? [] : [url]), ...abandonedServers(choices)])) {
    const warning = exposedCredentials(address);
    if (warning !== undefined) log.warn(warning);
  }
}

export function ksqldbOptions(place: KsqldbPlace, transactions: TopicIdentity, windows: TopicIdentity): KsqldbOptions {
  const { url, ownServer, brokers, declarations } = place;
  const transactionsPartitions = transactionsTopic.partitions;
  return { url, ownServer, transactions, transactionsPartitions, windows, topics: ownTopics(brokers), declarations };
}

function ownTopics(brokers: string): OwnTopics {
  const within = ({ signal, ...deadline }: StepDeadline) => ({ brokers, signal, timeoutMs: Math.min(remainingMs(deadline), 30_000) });
  return {
    list: async (deadline) => (await fetchMetadata(within(deadline))).topics.map(({ name }) => name),
    create: async (topic, partitions, config, deadline) => void (await createTopic({ ...within(deadline), topic, partitions, config })),
    remove: async (topic, deadline) => void (await deleteTopic({ ...within(deadline), topic })),
  };
}

/**
 * A server that is not ours must work with the Kafka of the stack: it reads and writes its topics.
 *
 * @throws StreamctlError `unreachable` where it does not answer, `processor` where it works with another Kafka
 */
export async function requireSameKafka(url: string, brokers: string, kafkaData: ServiceData, deadline: StepDeadline): Promise<void> {
  const { kafkaClusterId } = await readServerInfo(url, deadline).catch((error: unknown) => {
    if (!hasCode(error, "unreachable")) throw error;
    throw new StreamctlError("unreachable", error.message, { cause: error, hint: `Start that server with bootstrap.servers=${brokers}` });
  });
  const ours = await clusterId(kafkaData);
  if (ours === undefined || kafkaClusterId === "" || kafkaClusterId === ours) return;
  throw new StreamctlError(
    "processor",
    `Cannot use ksqlDB at "${url}": it works with another Kafka (${kafkaClusterId}, this stack's is ${ours})`,
    {
      hint: `Start that server with bootstrap.servers=${brokers}`,
    },
  );
}

/** Id of the cluster that the stack's Kafka was formatted with; undefined where there is none. */
async function clusterId(kafkaData: ServiceData): Promise<string | undefined> {
  const text = await kafkaData.read("log/meta.properties");
  return /^cluster\.id=(?<id>.+)$/mu.exec(text ?? "")?.groups?.["id"]?.trim();
}

/** Longest time for a server that is not ours to give back what streamctl made there, in milliseconds. */
const releaseTimeoutMs = 60_000;

/**
 * Drops what streamctl made on a server that is not ours, and says so.
 *
 * @throws StreamctlError where something stays: its queries may go on to write
 */
export async function releaseServer(place: KsqldbPlace, log: Log, signal: AbortSignal): Promise<void> {
  const topic = (name: string): TopicIdentity => ({ name, id: "any" });
  const options = ksqldbOptions(place, topic(transactionsTopic.name), topic(windowsTopic.name));
  try {
    const dropped = await removeOwnObjects(options, stepDeadline(releaseTimeoutMs, signal));
    if (dropped.length > 0) log.info(`Dropped from ksqlDB at ${place.url}: ${dropped.join(", ")}`);
  } catch (error) {
    if (hasCode(error, "interrupted")) throw error;
    throw new StreamctlError("processor", `Cannot take back what streamctl made on ksqlDB at "${place.url}": ${messageOf(error)}`, {
      cause: error,
      hint: "Its queries may still write there: type in ksqlDB SHOW QUERIES; and then TERMINATE and DROP",
    });
  }
}

/** A ksqlDB server on the Kafka of the stack. */
export function ksqldbPlace(
  url: string,
  ownServer: boolean,
  { endpoints, declarations }: { readonly endpoints: Endpoints; readonly declarations: Declarations },
): KsqldbPlace {
  return { url, ownServer, brokers: endpoints.kafka, declarations };
}
