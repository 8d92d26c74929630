/** The containers of one compose project. */

import { StreamctlError } from "../../core/errors.ts";
import type { CommandResult } from "../../core/process.ts";
import { labels } from "./labels.ts";
import type { ComposeProject } from "./compose-project.ts";
import type { ContainerEngine, RunOptions } from "./engine.ts";
import { hintOf, isNoSuchContainer } from "./engine-errors.ts";
import type { ContainerIdentity, ServiceName } from "../../state/service-identity.ts";

/** State of a container, from `inspect`. */
export interface ContainerState {
  readonly containerId: string;
  /** A paused container is running too. */
  readonly running: boolean;
  readonly paused: boolean;
  /** Pid of its main process; 0 when it is not running. */
  readonly pid: number;
  readonly startedAt: string;
  readonly exitCode: number;
  /** Hash of the definition from which it was created. */
  readonly definition: string;
  /** The stack's state folder when it was created. */
  readonly stateDir: string;
}

/** How long `inspectCached` reuses a state, in milliseconds: each `inspect` starts a program. */
const cacheMs = 1000;

/** Timeout of a compose command, in milliseconds. */
const composeTimeoutMs = 120_000;

export class Containers {
  readonly #project: ComposeProject;
  readonly #findEngine: () => Promise<ContainerEngine>;
  readonly #cached = new Map<string, { readonly atMs: number; readonly state: Promise<ContainerState | undefined> }>();
  #engine: Promise<ContainerEngine> | undefined;
  #composing: Promise<unknown> = Promise.resolve();

  /** @param findEngine called once, when the engine is first needed */
  constructor(project: ComposeProject, findEngine: () => Promise<ContainerEngine>) {
    this.#project = project;
    this.#findEngine = findEngine;
  }

  async engine(): Promise<ContainerEngine> {
    return await (this.#engine ??= this.#findEngine());
  }

  /**
   * Runs a command of the engine. @returns its output. @throws StreamctlError `service-failed`, with the end of its output, when it fails
   */
  async run(args: readonly string[], options?: RunOptions): Promise<string> {
    const engine = await this.engine();
    return requireSuccess(await engine.run(args, options), `${engine.name.split(" ")[0] ?? ""} ${args[0] ?? ""}`);
  }

  /** Runs compose commands one at a time: two in parallel would both create the project's network. @throws StreamctlError `service-failed` */
  async compose(args: readonly string[], signal?: AbortSignal): Promise<string> {
    const before = this.#composing;
    const one = async (): Promise<string> => {
      await before;
      const { name: project, folder } = this.#project;
      const result = await (await this.engine()).compose({ folder, project }, args, { signal, timeoutMs: composeTimeoutMs });
      return requireSuccess(result, `compose ${args[0] ?? ""}`);
    };
    const done = one();
    this.#composing = done.catch(() => {}); // The caller handles the error.
    return await done;
  }

  /** Id of a service's container; undefined when there is none. */
  async find(service: ServiceName): Promise<string | undefined> {
    const wanted = { project: this.#project.name, service };
    const filters = Object.entries(wanted).flatMap(([label, value]) => ["--filter", `label=com.docker.compose.${label}=${value}`]);
    return /^[0-9a-f]{12,64}$/mu.exec(await this.run(["ps", "-aq", "--no-trunc", ...filters]))?.[0];
  }

  /** State of a service's container; undefined when there is none. */
  async inspectService(service: ServiceName): Promise<ContainerState | undefined> {
    const containerId = await this.find(service);
    return containerId === undefined ? undefined : await this.inspect(containerId);
  }

  /** The running containers of the project with their services. */
  async running(): Promise<readonly { readonly service: string; readonly state: ContainerState }[]> {
    const filter = `label=com.docker.compose.project=${this.#project.name}`;
    const format = '{{.ID}} {{.Label "com.docker.compose.service"}}';
    const output = await this.run(["ps", "--no-trunc", "--filter", filter, "--format", format]);
    const found = await Promise.all(
      [...output.matchAll(/^([0-9a-f]{12,64}) (\S+)$/gmu)].map(async ([, containerId = "", service = ""]) => {
        const state = await this.inspect(containerId);
        return state?.running === true ? { service, state } : undefined;
      }),
    );
    return found.filter((one) => one !== undefined);
  }

  /** State of a container; undefined when it no longer exists. */
  async inspect(containerId: string): Promise<ContainerState | undefined> {
    const state = "{{.State.Running}} {{.State.Paused}} {{.State.Pid}} {{.State.StartedAt}} {{.State.ExitCode}}";
    const label = (name: string): string => `{{index .Config.Labels "${name}"}}`;
    const format = `seen ${state} definition ${label(labels.definition)} of ${label(labels.stateDir)}`;
    const result = await (await this.engine()).run(["inspect", "--type", "container", "--format", format, containerId]);
    const [, running, paused, pid, startedAt, exitCode, definition = "", stateDir = ""] =
      /^seen (\w+) (\w+) (\d+) (.+) (\d+) definition (\S*) of (.*)$/mu.exec(result.output) ?? [];
    if (startedAt !== undefined) {
      const isPaused = paused === "true";
      // Podman does not count a paused container as running, Docker does.
      const isRunning = running === "true" || isPaused;
      return {
        containerId,
        running: isRunning,
        paused: isPaused,
        pid: Number(pid),
        startedAt,
        exitCode: Number(exitCode),
        definition,
        stateDir,
      };
    }
    if (!isNoSuchContainer(result.output)) requireSuccess(result, "inspect");
    return undefined;
  }

  /** As `inspect`, but the state may be up to one second old. */
  async inspectCached(containerId: string): Promise<ContainerState | undefined> {
    const last = this.#cached.get(containerId);
    if (last && performance.now() - last.atMs < cacheMs) return await last.state;
    const state = this.inspect(containerId);
    this.#cached.set(containerId, { atMs: performance.now(), state });
    // Do not cache a failure.
    state.catch(() => this.invalidate(containerId));
    return await state;
  }

  /** Starts a container. @returns the engine's answer, which may be a refusal */
  async start(containerId: string): Promise<CommandResult> {
    const result = await (await this.engine()).run(["start", containerId]);
    this.invalidate(containerId);
    return result;
  }

  /** The container that publishes a port of this machine, with the state folder of its stack (empty when it belongs to none). */
  async publisherOf(port: number): Promise<{ readonly name: string; readonly stateDir: string } | undefined> {
    const format = `found {{.Names}} of {{.Label "${labels.stateDir}"}}`;
    // An engine without this filter fails: then no container is named.
    const { output } = await (await this.engine()).run(["ps", "--filter", `publish=${port}`, "--format", format]);
    const [, name, stateDir = ""] = /^found (\S+) of (.*)$/mu.exec(output) ?? [];
    return name === undefined ? undefined : { name, stateDir };
  }

  /** State of a container if it is still in the run that began then; undefined if that run has ended. */
  async stateOfRun({ containerId, startedAt }: ContainerIdentity): Promise<ContainerState | undefined> {
    const state = await this.inspect(containerId);
    return state?.running === true && state.startedAt === startedAt ? state : undefined;
  }

  /** Continues a container if it is paused. Podman does not stop or kill a paused one. */
  async unpause(identity: ContainerIdentity): Promise<void> {
    if ((await this.stateOfRun(identity))?.paused !== true) return;
    await this.run(["unpause", identity.containerId]);
    this.invalidate(identity.containerId);
  }

  /** Drops the cached state of a container that the caller has changed. */
  invalidate(containerId: string): void {
    this.#cached.delete(containerId);
  }
}

/** The output of a command that succeeded. @throws StreamctlError `service-failed`, with the end of the output, for one that failed */
export function requireSuccess({ exitCode, output }: CommandResult, action: string): string {
  if (exitCode === 0) return output;
  const hint = hintOf(output);
  throw new StreamctlError("service-failed", `Command "${action}" of the container engine failed with exit code ${exitCode}`, {
    detail: output.split("\n").slice(-10).join("\n"),
    ...(hint === undefined ? {} : { hint }),
  });
}

/** Ids or names that an engine lists, one per line; skips its warnings among them. */
export function listed(output: string): readonly string[] {
  return output.split("\n").filter((line) => /^[\w.-]+$/u.test(line));
}
