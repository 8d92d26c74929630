/** The environment of all commands on a stack: state folder, log, cancellation. */

import type { Log } from "../core/log.ts";
import { fetchMetadata } from "../kafka/admin.ts";
import { hasCode } from "../core/errors.ts";
import type { KafkaProbe } from "../stack/health.ts";
import type { StateFolder } from "../state/state-folder.ts";

export interface PipelineContext {
  readonly folder: StateFolder;
  /** Folder with the user's declarations; undefined for the embedded ones. */
  readonly declarationsDir?: string | undefined;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Called when a wait for a service begins and ends. */
  readonly onWait?: ((service: string, waiting: boolean) => void) | undefined;
}

/** Health check of Kafka. Passed to the stack room, which must not import the Kafka client. */
export const kafkaProbe: KafkaProbe = async (address, timeoutMs, signal) => {
  try {
    const { brokers } = await fetchMetadata({ brokers: address, timeoutMs, signal });
    return brokers.length > 0;
  } catch (error) {
    if (hasCode(error, "interrupted") || hasCode(error, "native")) throw error;
    return false;
  }
};
