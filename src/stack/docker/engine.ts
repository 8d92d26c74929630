/**
 * The container engine of this machine, through its own command line: which program answers, and which of the three ways to compose
 * it has. The engine's program finds its socket as its own context says; an older compose, which knows no contexts, is told.
 */

import { hasCode, StreamctlError } from "../../core/errors.ts";
import { findProgram, followCommand, runCommand, type Command, type CommandResult, type FollowEnd } from "../../core/process.ts";
import { Deadline, throwIfInterrupted } from "../../core/wait.ts";

export interface RunOptions {
  /** Without one the program ends by itself or by its time, whatever is typed meanwhile. */
  readonly signal?: AbortSignal | undefined;
  /** Default: {@link answerTimeoutMs}. */
  readonly timeoutMs?: number;
  readonly onLine?: (line: string) => void;
}

export interface ContainerEngine {
  /** Such as `docker 20.10.24`. */
  readonly name: string;
  run(args: readonly string[], options?: RunOptions): Promise<CommandResult>;
  /** As `followCommand()`; returns when the signal fires too. */
  follow(args: readonly string[], onLine: (line: string) => Promise<void>, signal: AbortSignal): Promise<FollowEnd>;
  /** Works on the `compose.yaml` of a folder. @throws StreamctlError `prerequisite` where the engine has no compose */
  compose(
    place: { readonly folder: string; readonly project: string },
    args: readonly string[],
    options?: RunOptions,
  ): Promise<CommandResult>;
}

/** Longest time for one answer of an engine, in milliseconds. */
const answerTimeoutMs = 60_000;

/** Longest time for an engine to say that it is there, in milliseconds. */
const lookTimeoutMs = 10_000;

interface EngineProgram {
  readonly program: string;
  /** Template of the version that it shows. */
  readonly version: string;
  /** Ways to compose, the first that is there counts. */
  readonly compose: readonly (readonly string[])[];
  /** Environment of its composes. */
  readonly env: Readonly<Record<string, string>>;
}

const programs: readonly EngineProgram[] = [
  { program: "docker", version: "{{.Server.Version}}", compose: [["docker", "compose"], ["docker-compose"]], env: {} },
  // Images of the format that podman prefers have no health check.
  {
    program: "podman",
    version: "{{.Client.Version}}",
    compose: [["podman", "compose"], ["podman-compose"]],
    env: { BUILDAH_FORMAT: "docker" },
  },
];

/** Variables that lead a client to its engine, those first that decide alone. */
const settings = ["DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_API_VERSION", "DOCKER_TLS_VERIFY", "CONTAINER_HOST", "CONTAINER_CONNECTION"];

/**
 * The first engine that answers.
 *
 * @throws StreamctlError `prerequisite` where none does, with what each program said
 */
export async function findEngine(signal?: AbortSignal): Promise<ContainerEngine> {
  const said: string[] = [];
  for (const known of programs) {
    const { program, version } = known;
    const answer = await tryCommand({ program, args: ["version", "--format", version] }, signal);
    // A client that warns, as of a configuration that it cannot read, does so beside its version.
    const shown = answer?.exitCode === 0 ? /^v?\d\S*$/mu.exec(answer.output)?.[0] : undefined;
    if (shown !== undefined) return engineOf(known, shown);
    if (answer) said.push(`${program}: ${answer.output.trim().split("\n").at(-1) ?? ""}`);
  }
  const [variable, value] = settings.map((name) => [name, process.env[name] ?? ""] as const).find(([, text]) => text !== "") ?? [];
  const start = variable === undefined ? "Start Docker or Podman" : `Unset ${variable} (${value}), or start the engine that it leads to`;
  throw new StreamctlError("prerequisite", "Cannot use --runtime docker: no container engine answers here", {
    detail: said.join("\n"),
    hint: `${start}, or run the engines as processes: streamctl up --runtime local`,
  });
}

function engineOf(known: EngineProgram, version: string): ContainerEngine {
  const { program } = known;
  let composing: Promise<{ readonly words: readonly string[]; readonly env: Readonly<Record<string, string>> }> | undefined;
  return {
    name: `${program} ${version}`,
    run: async (args, options) => await within({ program, args }, options),
    follow: async (args, onLine, signal) => await followCommand(withWholeEnvironment({ program, args }), onLine, signal),
    compose: async ({ folder, project }, args, options) => {
      composing ??= findCompose(known);
      const { words, env } = await composing;
      const [first = program, ...rest] = words;
      return await within({ program: first, args: [...rest, "-p", project, "-f", "compose.yaml", ...args], cwd: folder, env }, options);
    },
  };
}

async function findCompose({
  program,
  compose,
  env,
}: EngineProgram): Promise<{ readonly words: readonly string[]; readonly env: Readonly<Record<string, string>> }> {
  for (const words of compose) {
    if (await isThere(words)) return { words, env: { ...env, ...(words[0] === program ? {} : await socketOf(program)) } };
  }
  throw new StreamctlError("prerequisite", `Cannot use --runtime docker: ${program} answers, and has no compose`, {
    hint: "Install Docker Compose (Debian: apt-get install docker-compose), or type: streamctl up --runtime local",
  });
}

/** A program of its own is looked for and not asked: an old compose takes half a second for any answer. */
async function isThere([program = "", ...rest]: readonly string[]): Promise<boolean> {
  if (rest.length === 0) return (await findProgram(program)) !== undefined;
  return (await tryCommand({ program, args: [...rest, "version"] }))?.exitCode === 0;
}

/** The socket of docker's current context, for a program that knows DOCKER_HOST only. */
async function socketOf(program: string): Promise<Readonly<Record<string, string>>> {
  if ((process.env["DOCKER_HOST"] ?? "") !== "") return {};
  const answer = await tryCommand({ program, args: ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"] });
  const host = answer?.exitCode === 0 ? answer.output.trim() : "";
  return host === "" ? {} : { DOCKER_HOST: host };
}

/** Undefined where there is no such program; one that does not answer in time has failed. */
async function tryCommand(command: Command, signal?: AbortSignal): Promise<CommandResult | undefined> {
  try {
    return await within(command, { signal, timeoutMs: lookTimeoutMs });
  } catch (error) {
    if (hasCode(error, "timeout")) return { exitCode: 1, output: `no answer within ${lookTimeoutMs / 1000} s` };
    if (hasCode(error, "prerequisite")) return undefined;
    throw error;
  }
}

/** An engine's client has settings of its own there: DOCKER_HOST, XDG_RUNTIME_DIR, SSH_AUTH_SOCK and others. */
function withWholeEnvironment(command: Command): Command {
  return { ...command, inherits: "all" };
}

async function within(command: Command, { signal, timeoutMs = answerTimeoutMs, onLine }: RunOptions = {}): Promise<CommandResult> {
  const time = new Deadline(timeoutMs);
  try {
    return await runCommand(withWholeEnvironment(command), {
      signal: signal ? AbortSignal.any([signal, time.signal]) : time.signal,
      ownGroup: signal === undefined,
      ...(onLine ? { onLine } : {}),
    });
  } catch (error) {
    throwIfInterrupted(signal);
    if (!time.signal.aborted) throw error;
    const words = [command.program, ...command.args.slice(0, 2)].join(" ");
    throw new StreamctlError("timeout", `Cannot wait for "${words}" any longer: no answer within ${timeoutMs / 1000} s`, {
      cause: error,
      hint: "Look whether the container engine works: docker ps",
    });
  } finally {
    time.release();
  }
}
