/** Updates run.json while a command changes the stack. */

import type { JsonObject } from "../core/json.ts";
import type { AbandonedProcessor, StackChoices } from "./choices.ts";
import { type ResourceRecord, type RunState, type ServiceRecord, type StartIntent, writeRunState } from "./run-state.ts";
import { isSameRun, type RunningService, type ServiceName } from "./service-identity.ts";
import type { StackIdentity } from "./stack-identity.ts";
import type { StateFolder } from "./state-folder.ts";

/**
 * Updates `run.json` as services start and stop. A method resolves once its change is on disk, together with all earlier ones. The caller
 * holds the state folder's lock.
 */
export class RunRecorder {
  readonly #folder: StateFolder;
  readonly #stack: StackIdentity;
  #choices: StackChoices;
  #resources: readonly ResourceRecord[];
  readonly #services: Map<ServiceName, ServiceRecord>;
  readonly #starting: Map<ServiceName, StartIntent>;
  #written: Promise<void> = Promise.resolve();
  /** The write that has not begun yet. */
  #next: Promise<void> | undefined;

  constructor(folder: StateFolder, { stack, choices, services, starting, resources }: Omit<RunState, "version">) {
    this.#folder = folder;
    this.#stack = stack;
    this.#choices = choices;
    this.#resources = resources;
    this.#services = new Map(services.map((record) => [record.name, record]));
    this.#starting = new Map(starting.map((intent) => [intent.name, intent]));
  }

  get records(): ReadonlyMap<ServiceName, ServiceRecord> {
    return this.#services;
  }

  /** Records that services are about to be started; an intent is removed when the service is remembered or forgotten. */
  intend = async (...intents: readonly StartIntent[]): Promise<void> => {
    for (const intent of intents) this.#starting.set(intent.name, intent);
    await this.#write();
  };

  remember = async (name: ServiceName, record: ServiceRecord | undefined): Promise<void> => {
    this.#starting.delete(name);
    if (record) this.#services.set(name, record);
    else this.#services.delete(name);
    await this.#write();
  };

  /** Forgets a stopped run; the record of another run of the same service stays. */
  forget = async ({ name, identity }: RunningService, remember = this.remember): Promise<void> => {
    const record = this.#services.get(name);
    if (record && isSameRun(record.identity, identity)) await remember(name, undefined);
  };

  /** Records the facts of a resource, replacing earlier ones; without facts, removes it. */
  keepResource = async ({ kind, name }: Pick<ResourceRecord, "kind" | "name">, facts: JsonObject | undefined): Promise<void> => {
    const others = this.#resources.filter((one) => one.kind !== kind || one.name !== name);
    const known = this.#resources.find((one) => one.kind === kind && one.name === name);
    if (JSON.stringify(known?.facts) === JSON.stringify(facts)) return;
    this.#resources = facts === undefined ? others : [...others, { kind, name, facts }];
    await this.#write();
  };

  /** Forgets an abandoned processor, once its objects have been removed from its server. */
  forgetAbandoned = async (removed: AbandonedProcessor): Promise<void> => {
    const { abandoned = [], ...others } = this.#choices;
    const left = abandoned.filter((one) => JSON.stringify(one) !== JSON.stringify(removed));
    await this.choose(left.length === 0 ? others : { ...others, abandoned: left });
  };

  /** Removes the start intents after a failed start. */
  withdrawIntents = async (): Promise<void> => {
    if (this.#starting.size === 0) return;
    this.#starting.clear();
    await this.#write();
  };

  /** Replaces the choices, and records the services that are about to be started by them. */
  choose = async (choices: StackChoices, ...intents: readonly StartIntent[]): Promise<void> => {
    this.#choices = choices;
    await this.intend(...intents);
  };

  /** Resolves once a state with all changes made until now is on disk. Changes made while another write is in progress are written together. */
  async #write(): Promise<void> {
    this.#next ??= this.#writeAfter(this.#written);
    const next = this.#next;
    // The callers of a failed write report the error. The next write may succeed, for example once the disk has free space.
    this.#written = next.catch(() => {});
    await next;
  }

  async #writeAfter(previous: Promise<void>): Promise<void> {
    await previous;
    this.#next = undefined;
    await writeRunState(this.#folder, this.#state());
  }

  #state(): RunState {
    return {
      version: 3,
      stack: this.#stack,
      choices: this.#choices,
      services: [...this.#services.values()],
      starting: [...this.#starting.values()],
      resources: this.#resources,
    };
  }
}
