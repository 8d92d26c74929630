/**
 * The container engine of this machine, used through its command line. Finds the first engine that answers, and its compose command. The
 * engine's program finds its socket by its context; the old docker-compose does not know contexts and gets DOCKER_HOST.
 */

import { hasCode, StreamctlError } from "../../core/errors.ts";
import { findProgram, followCommand, runCommand, type Command, type CommandResult, type FollowEnd } from "../../core/process.ts";
import { Deadline, throwIfInterrupted } from "../../core/wait.ts";

export interface RunOptions {
  /** Without a signal, the program runs until it exits or times out, and Ctrl-C does not reach it. */
  readonly signal?: AbortSignal | undefined;
  /** Default: {@link answerTimeoutMs}. */
  readonly timeoutMs?: number;
  readonly onLine?: (line: string) => void;
}

export interface ContainerEngine {
  /** Such as `docker 20.10.24`. */
  readonly name: string;
  run(args: readonly string[], options?: RunOptions): Promise<CommandResult>;
  /** As `followCommand()`. */
  follow(args: readonly string[], onLine: (line: string) => Promise<void>, signal: AbortSignal): Promise<FollowEnd>;
  /** Runs a compose command on the `compose.yaml` of a folder. @throws StreamctlError `prerequisite` when the engine has no compose */
  compose(
    place: { readonly folder: string; readonly project: string },
    args: readonly string[],
    options?: RunOptions,
  ): Promise<CommandResult>;
}

/** Default timeout of an engine command, in milliseconds. */
const answerTimeoutMs = 60_000;

/** Timeout of the commands that detect an engine, in milliseconds. */
const detectTimeoutMs = 10_000;

interface EngineProgram {
  readonly program: string;
  /** Format template that prints its version. */
  readonly version: string;
  /** Compose commands; the first that exists is used. */
  readonly compose: readonly (readonly string[])[];
  /** Environment of the compose commands. */
  readonly env: Readonly<Record<string, string>>;
}

const programs: readonly EngineProgram[] = [
  { program: "docker", version: "{{.Server.Version}}", compose: [["docker", "compose"], ["docker-compose"]], env: {} },
  // Podman's default image format (OCI) has no health checks.
  {
    program: "podman",
    version: "{{.Client.Version}}",
    compose: [["podman", "compose"], ["podman-compose"]],
    env: { BUILDAH_FORMAT: "docker" },
  },
];

/** Variables that select a client's engine, in order of precedence. */
const settings = ["DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_API_VERSION", "DOCKER_TLS_VERIFY", "CONTAINER_HOST", "CONTAINER_CONNECTION"];

/**
 * Finds the first engine that answers.
 *
 * @throws StreamctlError `prerequisite` when none does, with the output of each program
 */
export async function findEngine(signal?: AbortSignal): Promise<ContainerEngine> {
  const failures: string[] = [];
  for (const known of programs) {
    const { program, version } = known;
    const answer = await tryCommand({ program, args: ["version", "--format", version] }, signal);
    // A client may print warnings besides its version.
    const shown = answer?.exitCode === 0 ? /^v?\d\S*$/mu.exec(answer.output)?.[0] : undefined;
    if (shown !== undefined) return engineOf(known, shown);
    if (answer) failures.push(`${program}: ${answer.output.trim().split("\n").at(-1) ?? ""}`);
  }
  const [variable, value] = settings.map((name) => [name, process.env[name] ?? ""] as const).find(([, text]) => text !== "") ?? [];
  const start = variable === undefined ? "Start Docker or Podman" : `Unset ${variable} (${value}), or start the engine that it selects`;
  throw new StreamctlError("prerequisite", "Cannot use --runtime docker: no container engine is available", {
    detail: failures.join("\n"),
    hint: `${start}, or use local processes: streamctl up --runtime local`,
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
    if (await exists(words)) return { words, env: { ...env, ...(words[0] === program ? {} : await socketOf(program)) } };
  }
  throw new StreamctlError("prerequisite", `Cannot use --runtime docker: ${program} has no compose command`, {
    hint: "Install Docker Compose (Debian: apt-get install docker-compose), or run: streamctl up --runtime local",
  });
}

/** A stand-alone program is only looked up on the PATH: the old docker-compose takes half a second to print its version. */
async function exists([program = "", ...rest]: readonly string[]): Promise<boolean> {
  if (rest.length === 0) return (await findProgram(program)) !== undefined;
  return (await tryCommand({ program, args: [...rest, "version"] }))?.exitCode === 0;
}

/** The socket of Docker's current context, for a program that reads only DOCKER_HOST. */
async function socketOf(program: string): Promise<Readonly<Record<string, string>>> {
  if ((process.env["DOCKER_HOST"] ?? "") !== "") return {};
  const answer = await tryCommand({ program, args: ["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"] });
  const host = answer?.exitCode === 0 ? answer.output.trim() : "";
  return host === "" ? {} : { DOCKER_HOST: host };
}

/** Runs a command; undefined when the program does not exist. A timeout counts as a failure. */
async function tryCommand(command: Command, signal?: AbortSignal): Promise<CommandResult | undefined> {
  try {
    return await within(command, { signal, timeoutMs: detectTimeoutMs });
  } catch (error) {
    if (hasCode(error, "timeout")) return { exitCode: 1, output: `no answer within ${detectTimeoutMs / 1000} s` };
    if (hasCode(error, "prerequisite")) return undefined;
    throw error;
  }
}

/** An engine's client needs variables such as DOCKER_HOST, XDG_RUNTIME_DIR and SSH_AUTH_SOCK. */
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
    throw new StreamctlError("timeout", `Timed out after ${timeoutMs / 1000} s waiting for "${words}"`, {
      cause: error,
      hint: "Check that the container engine works: docker ps",
    });
  } finally {
    time.release();
  }
}
