/** The state of each service, measured independently: a probe that waits for an engine delays no other service. */

import type { Stack } from "./stack-reader.ts";
import { pauseUnlessAborted } from "../../core/wait.ts";
import { kafkaProbe } from "../../pipeline/context.ts";
import { type ServiceStatus, serviceStatuses } from "../../stack/stack.ts";

/** Time to wait for the probes of one round, in milliseconds. Slower ones count in a later round. */
const roundMs = 500;

export class ServiceWatch {
  readonly #statuses = new Map<string, ServiceStatus>();
  readonly #pending = new Set<string>();

  /** The latest known states of the stack's services, in their order; a service that was never measured is absent. */
  async measure(stack: Stack, signal: AbortSignal): Promise<readonly ServiceStatus[]> {
    const { state, definitions, runtime } = stack;
    const round = definitions
      .filter(({ name }) => !this.#pending.has(name))
      .map(async (definition) => {
        const { name } = definition;
        this.#pending.add(name);
        try {
          const [status] = await serviceStatuses(state, [definition], runtime, kafkaProbe);
          if (status !== undefined) this.#statuses.set(name, status);
        } catch {
          // The runtime does not answer: the state is unknown.
          this.#statuses.delete(name);
        } finally {
          this.#pending.delete(name);
        }
      });
    await Promise.race([Promise.all(round), pauseUnlessAborted(roundMs, signal)]);
    return definitions.flatMap(({ name }) => this.#statuses.get(name) ?? []);
  }
}
