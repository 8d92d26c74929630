/** The containers of one compose project, as the engine sees them. */

import { StreamctlError } from "../../core/errors.ts";
import type { CommandResult } from "../../core/process.ts";
import { labels } from "./compose-file.ts";
import type { ComposeProject } from "./compose-project.ts";
import type { ContainerEngine, RunOptions } from "./engine.ts";
import { hintOf, saysNoContainer } from "./refusals.ts";
import type { ServiceName } from "../../state/service-identity.ts";

/** One look at a container. */
export interface SeenContainer {
  readonly containerId: string;
  readonly running: boolean;
  /** Of its main process; 0 where none runs. */
  readonly pid: number;
  readonly startedAt: string;
  readonly exitCode: number;
  /** Hash of the definition that it was made of. */
  readonly definition: string;
  /** The stack's state folder when it was made. */
  readonly stateDir: string;
}

/** A container that is waited for is looked at anew only so often, in milliseconds: each look starts a program. */
const lookIntervalMs = 1000;

/** Longest time for compose to make or remove containers, networks and volumes, in milliseconds. */
const composeTimeoutMs = 120_000;

export class Containers {
  readonly #project: ComposeProject;
  readonly #findEngine: () => Promise<ContainerEngine>;
  readonly #looks = new Map<string, { readonly atMs: number; readonly seen: Promise<SeenContainer | undefined> }>();
  #engine: Promise<ContainerEngine> | undefined;
  #composing: Promise<unknown> = Promise.resolve();

  /** @param findEngine called once, when an engine is first needed */
  constructor(project: ComposeProject, findEngine: () => Promise<ContainerEngine>) {
    this.#project = project;
    this.#findEngine = findEngine;
  }

  async engine(): Promise<ContainerEngine> {
    return await (this.#engine ??= this.#findEngine());
  }

  /** What the engine answers. @throws StreamctlError `service-failed` with the end of its words where it refuses */
  async ask(args: readonly string[], options?: RunOptions): Promise<string> {
    const engine = await this.engine();
    return requireSuccess(await engine.run(args, options), `${engine.name.split(" ")[0] ?? ""} ${args[0] ?? ""}`);
  }

  /** One at a time: two composes of one project would both make its network. @throws StreamctlError `service-failed` */
  async compose(args: readonly string[], signal?: AbortSignal): Promise<string> {
    const before = this.#composing;
    const one = async (): Promise<string> => {
      await before;
      const { name: project, folder } = this.#project;
      const result = await (await this.engine()).compose({ folder, project }, args, { signal, timeoutMs: composeTimeoutMs });
      return requireSuccess(result, `compose ${args[0] ?? ""}`);
    };
    const done = one();
    this.#composing = done.catch(() => {}); // Its own caller is told.
    return await done;
  }

  /** Id of the container of a service; undefined where it has none. */
  async find(service: ServiceName): Promise<string | undefined> {
    const wanted = { project: this.#project.name, service };
    const filters = Object.entries(wanted).flatMap(([label, value]) => ["--filter", `label=com.docker.compose.${label}=${value}`]);
    return /^[0-9a-f]{12,64}$/mu.exec(await this.ask(["ps", "-aq", "--no-trunc", ...filters]))?.[0];
  }

  /** The container of a service; undefined where it has none. */
  async lookFor(service: ServiceName): Promise<SeenContainer | undefined> {
    const containerId = await this.find(service);
    return containerId === undefined ? undefined : await this.look(containerId);
  }

  /** Containers of the project that run, each with its service. */
  async running(): Promise<readonly { readonly service: string; readonly seen: SeenContainer }[]> {
    const filter = `label=com.docker.compose.project=${this.#project.name}`;
    const format = '{{.ID}} {{.Label "com.docker.compose.service"}}';
    const output = await this.ask(["ps", "--no-trunc", "--filter", filter, "--format", format]);
    const found = await Promise.all(
      [...output.matchAll(/^([0-9a-f]{12,64}) (\S+)$/gmu)].map(async ([, containerId = "", service = ""]) => {
        const seen = await this.look(containerId);
        return seen?.running === true ? { service, seen } : undefined;
      }),
    );
    return found.filter((one) => one !== undefined);
  }

  /** Undefined where there is no such container any more. */
  async look(containerId: string): Promise<SeenContainer | undefined> {
    const state = "{{.State.Running}} {{.State.Pid}} {{.State.StartedAt}} {{.State.ExitCode}}";
    const label = (name: string): string => `{{index .Config.Labels "${name}"}}`;
    const format = `seen ${state} definition ${label(labels.definition)} of ${label(labels.stateDir)}`;
    const result = await (await this.engine()).run(["inspect", "--type", "container", "--format", format, containerId]);
    const [, running, pid, startedAt, exitCode, definition = "", stateDir = ""] =
      /^seen (\w+) (\d+) (.+) (\d+) definition (\S*) of (.*)$/mu.exec(result.output) ?? [];
    if (startedAt !== undefined)
      return { containerId, running: running === "true", pid: Number(pid), startedAt, exitCode: Number(exitCode), definition, stateDir };
    if (!saysNoContainer(result.output)) requireSuccess(result, "inspect");
    return undefined;
  }

  /** As `look`, at most a second old. */
  async lookLately(containerId: string): Promise<SeenContainer | undefined> {
    const last = this.#looks.get(containerId);
    if (last && performance.now() - last.atMs < lookIntervalMs) return await last.seen;
    const seen = this.look(containerId);
    this.#looks.set(containerId, { atMs: performance.now(), seen });
    // An engine that did not answer is asked again by whoever looks next.
    seen.catch(() => this.changed(containerId));
    return await seen;
  }

  /** What the engine answers, which may refuse. */
  async start(containerId: string): Promise<CommandResult> {
    const result = await (await this.engine()).run(["start", containerId]);
    this.changed(containerId);
    return result;
  }

  /** The container that publishes a port of this machine, and the state folder of its stack where it belongs to one. */
  async publisherOf(port: number): Promise<{ readonly name: string; readonly stateDir: string } | undefined> {
    const format = `found {{.Names}} of {{.Label "${labels.stateDir}"}}`;
    // An engine that cannot look for it has none to name.
    const { output } = await (await this.engine()).run(["ps", "--filter", `publish=${port}`, "--format", format]);
    const [, name, stateDir = ""] = /^found (\S+) of (.*)$/mu.exec(output) ?? [];
    return name === undefined ? undefined : { name, stateDir };
  }

  /** Forgets what was seen lately: the caller has changed it. */
  changed(containerId: string): void {
    this.#looks.delete(containerId);
  }
}

/** What the engine answered. @throws StreamctlError `service-failed` with the end of its words where it refused */
export function requireSuccess({ exitCode, output }: CommandResult, action: string): string {
  if (exitCode === 0) return output;
  const hint = hintOf(output);
  throw new StreamctlError("service-failed", `Cannot carry out "${action}": the container engine ended it with ${exitCode}`, {
    detail: output.split("\n").slice(-10).join("\n"),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Ids or names that an engine lists, one a line; what it warns of stands between them. */
export function listed(output: string): readonly string[] {
  return output.split("\n").filter((line) => /^[\w.-]+$/u.test(line));
}
