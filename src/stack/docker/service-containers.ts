/** Makes and starts the containers of services. What is made again keeps its data, which lies in a volume of its own. */

import { hasCode, StreamctlError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { requireFreePorts } from "../ports.ts";
import type { ServiceDefinition } from "../service.ts";
import { definitionOf, type ComposeFile } from "./compose-file.ts";
import type { Containers } from "./containers.ts";
import { hintOf, reasonOf } from "./refusals.ts";
import type { ServiceName } from "../../state/service-identity.ts";

export interface ServiceContainersOptions {
  readonly file: ComposeFile;
  /** State folder of the stack. */
  readonly stateDir: string;
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
}

export class ServiceContainers {
  readonly #containers: Containers;
  readonly #options: ServiceContainersOptions;
  /** Services whose containers are there and were not started yet. */
  readonly #created = new Set<ServiceName>();
  /** Of services whose containers were made here: what compose said. */
  readonly #said = new Map<ServiceName, string>();

  constructor(containers: Containers, options: ServiceContainersOptions) {
    this.#containers = containers;
    this.#options = options;
  }

  /**
   * Makes the containers of services that do not run, where there is none of the same definition and folder: each compose takes a second,
   * and not every compose recreates a container whose definition has changed.
   */
  async create(names: readonly ServiceName[]): Promise<void> {
    const { file, stateDir } = this.#options;
    const looks = await Promise.all(names.map(async (name) => ({ name, seen: await this.#containers.lookFor(name) })));
    const stopped = looks.filter(({ seen }) => seen?.running !== true);
    const needed = stopped.filter(({ name, seen }) => seen?.definition !== definitionOf(file, name) || seen.stateDir !== stateDir);
    const outdated = needed.flatMap(({ seen }) => (seen ? [seen.containerId] : []));
    if (outdated.length > 0) await this.#containers.ask(["rm", ...outdated]);
    await this.#make(needed.map(({ name }) => name));
    for (const { name } of stopped) this.#created.add(name);
  }

  /**
   * Starts the container of a service and answers its id. One that was kept may refer to what is not there any more, such as a network that
   * somebody removed: it is recreated.
   *
   * @throws StreamctlError `port-taken`, or `service-failed` with the engine's reason
   */
  async start({ name, ports }: ServiceDefinition): Promise<string> {
    await this.#requireFreePorts({ name, ports: ports.filter(({ own }) => own !== true) });
    if (!this.#created.delete(name)) await this.create([name]);
    const kept = await this.#containerOf(name);
    const first = await this.#containers.start(kept);
    if (first.exitCode === 0) return kept;
    if (this.#said.has(name)) throw refusal(name, first.output);
    await this.#containers.ask(["rm", kept]);
    await this.#make([name]);
    const recreated = await this.#containerOf(name);
    const second = await this.#containers.start(recreated);
    if (second.exitCode !== 0) throw refusal(name, second.output);
    this.#options.log.warn(
      `Recreated the container of ${name}, with its data: it could not be started any more (${reasonOf(first.output)})`,
    );
    return recreated;
  }

  async #make(names: readonly ServiceName[]): Promise<void> {
    if (names.length === 0) return;
    const words = ["up", "--no-start", "--no-build", "--no-deps", ...names];
    const output = await this.#containers.compose(words, this.#options.signal);
    for (const name of names) this.#said.set(name, output);
  }

  async #containerOf(name: ServiceName): Promise<string> {
    const containerId = await this.#containers.find(name);
    if (containerId !== undefined) return containerId;
    const lines = (this.#said.get(name) ?? "").split("\n").filter((line) => /error/iu.test(line));
    throw new StreamctlError("service-failed", `Cannot start "${name}": compose made no container of it`, { detail: lines.join("\n") });
  }

  /** What listens on a published port is a program of the engine: the container behind it is named. */
  async #requireFreePorts(service: Pick<ServiceDefinition, "name" | "ports">): Promise<void> {
    try {
      await requireFreePorts(service);
    } catch (error) {
      if (!hasCode(error, "port-taken")) throw error;
      for (const { name, port } of service.ports) {
        const holder = await this.#containers.publisherOf(port);
        if (!holder) continue;
        const stop = holder.stateDir === "" ? `docker stop ${holder.name}` : `streamctl --state-dir ${holder.stateDir} down`;
        throw new StreamctlError(
          "port-taken",
          `Cannot start "${service.name}": port ${port} (${name}) is taken by container ${holder.name}`,
          {
            hint: `Type: ${stop}, or choose other ports: streamctl up --port-offset 1000`,
          },
        );
      }
      throw error;
    }
  }
}

function refusal(name: ServiceName, output: string): StreamctlError {
  const hint = hintOf(output);
  return new StreamctlError("service-failed", `Cannot start "${name}": ${reasonOf(output)}`, hint === undefined ? {} : { hint });
}
