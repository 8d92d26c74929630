/** What every flow of the pipeline is handed: where the stack lies, whom to tell, when to stop. */

import type { Log } from "../core/log.ts";
import { fetchMetadata } from "../kafka/admin.ts";
import { hasCode } from "../core/errors.ts";
import type { KafkaProbe } from "../stack/health.ts";
import type { StateFolder } from "../state/state-folder.ts";

export interface PipelineContext {
  readonly folder: StateFolder;
  /** Folder with declarations of the user's; undefined where those of the program hold. */
  readonly declarationsDir?: string | undefined;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Told when a service begins to be waited for, and when that is over. */
  readonly onWait?: ((service: string, waiting: boolean) => void) | undefined;
}

/** Kafka's own word on its readiness, handed to the stack, which knows no Kafka client. */
export const kafkaProbe: KafkaProbe = async (address, timeoutMs, signal) => {
  try {
    const { brokers } = await fetchMetadata({ brokers: address, timeoutMs, signal });
    return brokers.length > 0;
  } catch (error) {
    if (hasCode(error, "interrupted") || hasCode(error, "native")) throw error;
    return false;
  }
};
