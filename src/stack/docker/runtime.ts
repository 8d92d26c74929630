/** Runs services as containers of one compose project, with ports published on loopback and memory limits. */

import { existsSync } from "node:fs";
import { diskOf } from "../../core/disk.ts";
import { StreamctlError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { cpuTimeMsIn, residentBytesIn } from "../../core/process.ts";
import { pauseUnlessAborted, pollUntil } from "../../core/wait.ts";
import { composeFile, definitionOf, renderCompose } from "./compose-file.ts";
import { buildMissing, clearProject, projectFiles, writeProject } from "./compose-project.ts";
import { Containers, listed } from "./containers.ts";
import { containerData } from "./data.ts";
import { type ContainerEngine, findEngine } from "./engine.ts";
import { contextPaths, imagesOf, type ImageSource } from "./image.ts";
import { endOrphans } from "./orphans.ts";
import { ServiceContainers } from "./service-containers.ts";
import { readMadeVolumes, withoutVolume, writeMadeVolumes } from "./volumes.ts";
import type { Runtime } from "../runtime.ts";
import { endOfExitCode } from "../service-end.ts";
import { engineOf, hasImage, type ServiceDefinition } from "../service.ts";
import type { ContainerIdentity, ServiceIdentity } from "../../state/service-identity.ts";
import type { StateFolder } from "../../state/state-folder.ts";

export interface DockerRuntimeOptions {
  readonly folder: StateFolder;
  /** Name of the compose project, derived from the stack's id. */
  readonly project: string;
  /** All services that the project may have, so that images do not depend on which services are requested. */
  readonly definitions: readonly ServiceDefinition[];
  readonly source: ImageSource;
  /** Root certificates in PEM format that builds trust. */
  readonly extraCa?: readonly string[] | undefined;
  /** Default: the first engine that answers, detected when it is first needed. */
  readonly engine?: ContainerEngine;
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
}

/** Exit code after SIGKILL. */
const killedExitCode = 137;

/** Maximum wait for a killed container to end, in milliseconds. */
const killTimeoutMs = 30_000;

/** Pause before the log of a container that has ended is followed again, in milliseconds. */
const logIntervalMs = 500;

/** Kinds of a compose project's objects, in the order in which they can be removed. */
const objectKinds = [
  { list: ["ps", "-a"], remove: ["rm", "-f"] },
  { list: ["volume", "ls"], remove: ["volume", "rm"] },
  { list: ["network", "ls"], remove: ["network", "rm"] },
] as const;

export function dockerRuntime(options: DockerRuntimeOptions): Runtime {
  const { definitions, log, signal, source } = options;
  const { root: stateDir, composeDir } = options.folder;
  const project = { name: options.project, folder: composeDir };
  const containers = new Containers(project, async () => options.engine ?? (await findEngine(signal)));
  const images = imagesOf(definitions, source);
  const file = composeFile(definitions, images, { project: project.name, stateDir });
  const services = new ServiceContainers(containers, { file, stateDir, log, signal });

  return {
    async prepare(starting) {
      const { declarations } = source;
      const content = { compose: renderCompose(file), declarations, paths: contextPaths(declarations), extraCa: options.extraCa };
      const names = starting.map(({ name }) => name);
      const made = await readMadeVolumes(project);
      await clearProject(project.folder);
      await writeProject(project.folder, projectFiles(content));
      const needed = new Set(starting.filter(hasImage).map(engineOf));
      await buildMissing(
        await containers.engine(),
        project,
        images.filter(({ engine }) => needed.has(engine)),
        { log, signal },
      );
      // Running containers with another definition are stopped later, by the plan, and recreated then.
      const emptied = await withoutVolume(
        names.filter((name) => made.includes(name)),
        project,
        containers,
      );
      if (emptied.length > 0) log.warn(`The data of ${emptied.join(", ")} is lost: the volume was removed outside of streamctl`);
      await services.create(names);
      await writeMadeVolumes(project, [...made, ...names]);
    },

    hash: ({ name }) => definitionOf(file, name),

    async start(definition) {
      const containerId = await services.start(definition);
      const state = await containers.inspect(containerId);
      if (!state)
        throw new StreamctlError(
          "service-failed",
          `Cannot start "${definition.name}": its container was removed immediately after the start`,
        );
      return { pid: state.pid, containerId, startedAt: state.startedAt };
    },

    async stop(name, identity, timeoutMs) {
      const container = requireContainer(identity);
      const { containerId } = container;
      if ((await containers.stateOfRun(container)) === undefined) return;
      await containers.unpause(container);
      await containers.run(["stop", "-t", String(Math.ceil(timeoutMs / 1000)), containerId], { timeoutMs: timeoutMs + 30_000 });
      containers.invalidate(containerId);
      const after = await containers.inspect(containerId);
      if (after?.running === true) throw new StreamctlError("service-failed", `Cannot stop "${name}": its container is still running`);
      if (after?.exitCode === killedExitCode) log.warn(`${name} did not stop within ${timeoutMs / 1000} s and was killed`);
    },

    async kill(name, identity) {
      const container = requireContainer(identity);
      if ((await containers.stateOfRun(container)) === undefined) return false;
      await containers.unpause(container);
      await containers.run(["kill", container.containerId]);
      containers.invalidate(container.containerId);
      const ended = async (): Promise<true | undefined> => ((await containers.stateOfRun(container)) === undefined ? true : undefined);
      await pollUntil(ended, { timeoutMs: killTimeoutMs, what: `${name} to end` });
      return true;
    },

    async freeze(identity) {
      const container = requireContainer(identity);
      const state = await containers.stateOfRun(container);
      if (state?.paused === false) await containers.run(["pause", container.containerId]);
      containers.invalidate(container.containerId);
      return state !== undefined;
    },

    thaw: async (identity) => await containers.unpause(requireContainer(identity)),

    isFrozen: async (identity) => (await containers.stateOfRun(requireContainer(identity)))?.paused === true,

    async isRunning(identity) {
      const { containerId, startedAt } = requireContainer(identity);
      const state = await containers.inspectCached(containerId);
      return state?.running === true && state.startedAt === startedAt;
    },

    async running() {
      return (await containers.running()).map(({ service, state: { pid, containerId, startedAt } }) => ({
        name: service,
        identity: { pid, containerId, startedAt },
      }));
    },

    async endOrphans() {
      const filter = `label=com.docker.compose.project=${project.name}`;
      await endOrphans(project, listed(await containers.run(["ps", "-aq", "--no-trunc", "--filter", filter])), log);
    },

    // The file system of a container is thrown away with it.
    archiveClasses: async () => {},

    endArchiving: async () => {},

    async endOf(identity) {
      const format = "{{.State.ExitCode}} {{.State.OOMKilled}}";
      const { containerId } = requireContainer(identity);
      const result = await (await containers.engine()).run(["inspect", "--type", "container", "--format", format, containerId]);
      const [, exitCode, outOfMemory] = /^(\d+) (true|false)$/mu.exec(result.output) ?? [];
      return exitCode === undefined ? undefined : endOfExitCode(Number(exitCode), outOfMemory === "true");
    },

    // The container engine itself listens on published ports, and does not start a container whose port is in use.
    requireOwnPorts: async () => {},

    async residentBytes(identity) {
      const words = ["exec", requireContainer(identity).containerId, "sh", "-c", "cat /proc/[0-9]*/status"];
      return residentBytesIn((await (await containers.engine()).run(words, { signal })).output);
    },

    async cpuTimeMs(identity) {
      const words = ["exec", requireContainer(identity).containerId, "sh", "-c", "cat /proc/[0-9]*/stat"];
      return cpuTimeMsIn((await (await containers.engine()).run(words, { signal })).output);
    },

    async tailLog(name, lines) {
      const containerId = await containers.find(name);
      if (containerId === undefined) return undefined;
      const text = await containers.run(["logs", "--tail", String(lines), containerId]);
      return text === "" ? [] : text.split("\n");
    },

    async followLog(name, lines, onLine, until) {
      let from: readonly string[] = ["--tail", String(lines)];
      do {
        const containerId = await containers.find(name);
        if (containerId === undefined) continue;
        const engine = await containers.engine();
        const { endedAtMs } = await engine.follow(["logs", "-f", ...from, containerId], onLine, until);
        from = ["--since", new Date(endedAtMs).toISOString()];
      } while (await pauseUnlessAborted(logIntervalMs, until));
    },

    async diskOf(name) {
      const containerId = await containers.find(name);
      if (containerId === undefined) return undefined;
      const format = `{{range .Mounts}}{{if eq .Type "volume"}}{{.Source}}{{"\\n"}}{{end}}{{end}}`;
      const [volume = ""] = (await containers.run(["inspect", "--type", "container", "--format", format, containerId])).split("\n");
      // An engine in a virtual machine keeps its volumes there.
      return existsSync(volume) ? await diskOf(volume) : undefined;
    },

    dataOf: (name) =>
      containerData(async (args) => {
        const containerId = await containers.find(name);
        if (containerId !== undefined) return await containers.run(["exec", containerId, ...args]);
        throw new StreamctlError("not-running", `Cannot read the data of ${name}: it has no container`);
      }),

    async forget() {
      // Compose leaves objects of services that are no longer in the file, such as those of another processor.
      for (const { list, remove } of objectKinds) {
        const found = listed(await containers.run([...list, "-q", "--filter", `label=com.docker.compose.project=${project.name}`]));
        if (found.length > 0) await containers.run([...remove, ...found]);
      }
    },
  };
}

/** @throws StreamctlError `state` for a service of another runtime */
function requireContainer(identity: ServiceIdentity): ContainerIdentity {
  if ("containerId" in identity) return identity;
  throw new StreamctlError("state", `Cannot find the container of process ${identity.pid}: it was started by another runtime`);
}
