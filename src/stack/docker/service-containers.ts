/** Creates and starts the containers of services. A recreated container keeps its data, which is in a volume. */

import { hasCode, StreamctlError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { requireFreePorts } from "../ports.ts";
import type { ServiceDefinition } from "../service.ts";
import { definitionOf, type ComposeFile } from "./compose-file.ts";
import type { Containers } from "./containers.ts";
import { hintOf, reasonOf } from "./engine-errors.ts";
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
  /** Services whose containers exist and have not been started yet. */
  readonly #created = new Set<ServiceName>();
  /** Output of compose for the services whose containers were created here. */
  readonly #composeOutput = new Map<ServiceName, string>();

  constructor(containers: Containers, options: ServiceContainersOptions) {
    this.#containers = containers;
    this.#options = options;
  }

  /**
   * Creates the containers of services that are not running, unless one with the same definition and state folder exists. Outdated
   * containers are removed here, because not every compose recreates them; compose runs only when needed, because it takes a second.
   */
  async create(names: readonly ServiceName[]): Promise<void> {
    const { file, stateDir } = this.#options;
    const found = await Promise.all(names.map(async (name) => ({ name, state: await this.#containers.inspectService(name) })));
    const stopped = found.filter(({ state }) => state?.running !== true);
    const needed = stopped.filter(({ name, state }) => state?.definition !== definitionOf(file, name) || state.stateDir !== stateDir);
    const outdated = needed.flatMap(({ state }) => (state ? [state.containerId] : []));
    if (outdated.length > 0) await this.#containers.run(["rm", ...outdated]);
    await this.#createWithCompose(needed.map(({ name }) => name));
    for (const { name } of stopped) this.#created.add(name);
  }

  /**
   * Starts the container of a service and returns its id. An existing container that refers to a missing object, such as a removed network,
   * is recreated.
   *
   * @throws StreamctlError `port-taken`, or `service-failed` with the engine's reason
   */
  async start({ name, ports }: ServiceDefinition): Promise<string> {
    await this.#requireFreePorts({ name, ports: ports.filter(({ own }) => own !== true) });
    if (!this.#created.delete(name)) await this.create([name]);
    const existing = await this.#containerOf(name);
    const first = await this.#containers.start(existing);
    if (first.exitCode === 0) return existing;
    if (this.#composeOutput.has(name)) throw refusal(name, first.output);
    await this.#containers.run(["rm", existing]);
    await this.#createWithCompose([name]);
    const recreated = await this.#containerOf(name);
    const second = await this.#containers.start(recreated);
    if (second.exitCode !== 0) throw refusal(name, second.output);
    this.#options.log.warn(`Recreated the container of ${name}, keeping its data: it could not be started (${reasonOf(first.output)})`);
    return recreated;
  }

  async #createWithCompose(names: readonly ServiceName[]): Promise<void> {
    if (names.length === 0) return;
    const args = ["up", "--no-start", "--no-build", "--no-deps", ...names];
    const output = await this.#containers.compose(args, this.#options.signal);
    for (const name of names) this.#composeOutput.set(name, output);
  }

  async #containerOf(name: ServiceName): Promise<string> {
    const containerId = await this.#containers.find(name);
    if (containerId !== undefined) return containerId;
    const lines = (this.#composeOutput.get(name) ?? "").split("\n").filter((line) => /error/iu.test(line));
    throw new StreamctlError("service-failed", `Cannot start "${name}": compose did not create its container`, {
      detail: lines.join("\n"),
    });
  }

  /** A program of the engine listens on a published port: names the container instead. */
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
          `Cannot start "${service.name}": port ${port} (${name}) is used by container ${holder.name}`,
          {
            hint: `Run: ${stop}, or choose other ports: streamctl up --port-offset 1000`,
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
