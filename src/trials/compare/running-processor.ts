import type { RunningStack } from "../../pipeline/running-stack.ts";
import type { ServiceIdentity } from "../../state/service-identity.ts";

/** The processor of a stack, as it runs now. */
export interface RunningProcessor {
  readonly stack: RunningStack;
  readonly identity: ServiceIdentity;
}

/** Kafka's bootstrap servers, and the URL of Pinot's broker. */
export function addressesOf({ endpoints }: RunningStack): { readonly brokers: string; readonly brokerUrl: string } {
  return { brokers: endpoints.kafka, brokerUrl: endpoints.pinotBroker };
}

/** Processor time per record, in microseconds, from two readings in milliseconds; null where it is unknown. */
export function microsPerRecord(beforeMs: number | undefined, afterMs: number | undefined, records: number): number | null {
  if (beforeMs === undefined || afterMs === undefined || records === 0) return null;
  return Math.round(((afterMs - beforeMs) * 10_000) / records) / 10;
}
