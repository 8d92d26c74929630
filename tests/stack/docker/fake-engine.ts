import { openDeclarations } from "../../../src/core/assets.ts";
import { silentLog } from "../../../src/core/log.ts";
import type { CommandResult } from "../../../src/core/process.ts";
import type { ContainerEngine } from "../../../src/stack/docker/engine.ts";
import { dockerRuntime } from "../../../src/stack/docker/runtime.ts";
import { stateFolder } from "../../../src/state/state-folder.ts";
import type { Runtime } from "../../../src/stack/runtime.ts";
import { defaultServices } from "../../../src/pipeline/stack-services.ts";
import { temporaryFolder } from "../../temporary-folder.ts";

export const containerId = "c".repeat(64);
export const definitions = defaultServices({ portOffset: 20_000, runtime: "docker" });
/** Without its ports, so that the tests do not depend on free ports. */
export const kafka = definitions.filter(({ name }) => name === "kafka").map((definition) => ({ ...definition, ports: [] }));

/** A FAKE engine with one container and the images that were built; records every command. */
export class FakeEngine implements ContainerEngine {
  readonly name = "docker 1";
  readonly commands: string[] = [];
  readonly images = new Set<string>();
  /** The image that was inspected last. */
  asked = "";
  starts = 0;
  running = false;
  paused = false;
  created = false;
  exitCode = 143;
  definition = "other";
  stateDir = "";
  buildFails = false;
  /** Refusals of `start`, one per call. */
  readonly refusals: string[] = [];
  /** The container that publishes every port. */
  publisher = "";
  volumes = "p_flink-data\np_kafka-data";
  makesNothing = false;

  async run(args: readonly string[]): Promise<CommandResult> {
    const [command = "", ...rest] = args;
    if (!["ps", "inspect"].includes(command)) this.commands.push(args.join(" ").replaceAll(containerId, "c"));
    switch (command) {
      case "image":
        this.asked = rest.at(-1) ?? "";
        return answer("", this.images.has(this.asked) ? 0 : 1);
      case "ps":
        return rest.join(" ").includes("publish=") ? answer(this.publisher) : answer(this.created ? containerId : "");
      case "inspect":
        return this.created
          ? answer(
              `seen ${this.running} ${this.paused} ${this.running ? 77 : 0} start-${this.starts} ${this.exitCode} ` +
                `definition ${this.definition} of ${this.stateDir}`,
            )
          : answer(`Error: No such container: ${containerId}`, 1);
      case "start": {
        const refusal = this.refusals.shift();
        if (refusal !== undefined) return answer(refusal, 1);
        this.running = true;
        this.starts += 1;
        return answer(containerId);
      }
      case "stop":
      case "kill":
        if (this.paused) return answer("Error: the container is paused", 1);
        this.running = false;
        return answer(containerId);
      case "pause":
      case "unpause":
        this.paused = command === "pause";
        return answer(containerId);
      case "exec":
        if (rest.at(-1)?.endsWith("/stat") === true)
          return answer("1 (sh) S 0 1 1 0 -1 4 5 0 0 0 1 1 0 0 20\n7 (java) S 1 1 1 0 -1 4 5 0 0 0 90 8 0 0 20\n");
        return answer("Name:\tsh\nVmRSS:\t  100 kB\nName:\tjava\nVmRSS:\t  900 kB\n");
      case "rm":
        this.created = false;
        return answer(containerId);
      case "volume":
        return answer(rest[0] === "ls" ? this.volumes : "");
      case "network":
        return answer("");
      case "logs":
        return answer("one\ntwo");
      default:
        return answer(`unknown command ${command}`, 1);
    }
  }

  async follow(): Promise<{ readonly endedAtMs: number }> {
    return { endedAtMs: Date.now() };
  }

  async compose(_: object, args: readonly string[]): Promise<CommandResult> {
    this.commands.push(`compose ${args.join(" ")}`);
    if (args[0] === "build" && !this.buildFails) this.images.add(this.asked);
    if (args[0] === "build" && this.buildFails) return answer("Step 3/9\nerror pulling image: dial tcp: refused", 1);
    if (args[0] === "up") this.created = !this.makesNothing;
    if (args[0] === "down") this.created = false;
    return answer(this.makesNothing ? "creating\nError: no such network\nexit code: 1" : "");
  }
}

function answer(output: string, exitCode = 0): CommandResult {
  return { output, exitCode };
}

interface Opened {
  readonly runtime: Runtime;
  readonly composeDir: string;
  readonly warnings: readonly string[];
}

/** A runtime on that engine, in its own state folder. */
export async function open(engine: FakeEngine, extraCa?: readonly string[]): Promise<Opened> {
  const folder = stateFolder(await temporaryFolder());
  engine.stateDir = folder.root;
  const source = {
    declarations: openDeclarations(),
    bases: { BASE_IMAGE: "java:17", BUILD_IMAGE: "maven:17", KSQLDB_IMAGE: "ksqldb:0.29.0" },
  };
  const warnings: string[] = [];
  const log = { ...silentLog, warn: (message: string) => void warnings.push(message) };
  const runtime = dockerRuntime({ folder, project: "p", definitions, source, engine, extraCa, log });
  return { runtime, composeDir: folder.composeDir, warnings };
}
