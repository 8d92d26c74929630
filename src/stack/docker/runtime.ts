/** Services as containers of one compose project, on images of our own, published on loopback, with stated limits. */

import { existsSync } from "node:fs";
import { diskOf } from "../../core/disk.ts";
import { StreamctlError } from "../../core/errors.ts";
import type { Log } from "../../core/log.ts";
import { residentBytesIn } from "../../core/process.ts";
import { pauseUnlessAborted } from "../../core/wait.ts";
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
import { hasImage, type ServiceDefinition } from "../service.ts";
import type { ContainerIdentity, ServiceIdentity } from "../../state/service-identity.ts";
import type { StateFolder } from "../../state/state-folder.ts";

export interface DockerRuntimeOptions {
  readonly folder: StateFolder;
  /** Name of the compose project, which is the stack's: what an engine keeps of the stack is found by it. */
  readonly project: string;
  /** Every service that the project may have: what an image holds does not depend on what is asked for now. */
  readonly definitions: readonly ServiceDefinition[];
  readonly source: ImageSource;
  /** Root certificates in PEM that builds trust. */
  readonly extraCa?: readonly string[] | undefined;
  /** Default: the first that answers, looked for when it is needed. */
  readonly engine?: ContainerEngine;
  readonly log: Log;
  readonly signal?: AbortSignal | undefined;
}

/** Exit code of a process that SIGKILL ended. */
const killedExitCode = 137;

/** Pause before a followed log is asked for again, after its container has ended, in milliseconds. */
const logIntervalMs = 500;

/** Kinds of what an engine keeps of a compose project, in the order in which they can be removed. */
const belongings = [
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
      const needed = new Set(starting.filter(hasImage).map((definition) => definition.process.jars.engine));
      await buildMissing(
        await containers.engine(),
        project,
        images.filter(({ engine }) => needed.has(engine)),
        { log, signal },
      );
      // What runs in another form is stopped first, in its turn, and made anew then.
      const emptied = await withoutVolume(
        names.filter((name) => made.includes(name)),
        project,
        containers,
      );
      if (emptied.length > 0) log.warn(`The data of ${emptied.join(", ")} is lost: the volume was removed, not by streamctl`);
      await services.create(names);
      await writeMadeVolumes(project, [...made, ...names]);
    },

    hash: ({ name }) => definitionOf(file, name),

    async start(definition) {
      const containerId = await services.start(definition);
      const seen = await containers.look(containerId);
      if (!seen) throw new StreamctlError("service-failed", `Cannot start "${definition.name}": its container was removed at once`);
      return { pid: seen.pid, containerId, startedAt: seen.startedAt };
    },

    async stop(name, identity, timeoutMs) {
      const { containerId, startedAt } = requireContainer(identity);
      const before = await containers.look(containerId);
      if (before?.running !== true || before.startedAt !== startedAt) return;
      await containers.ask(["stop", "-t", String(Math.ceil(timeoutMs / 1000)), containerId], { timeoutMs: timeoutMs + 30_000 });
      containers.changed(containerId);
      const after = await containers.look(containerId);
      if (after?.running === true) throw new StreamctlError("service-failed", `Cannot stop "${name}": its container still runs`);
      if (after?.exitCode === killedExitCode) log.warn(`${name} did not stop within ${timeoutMs / 1000} s: it was killed`);
    },

    async isRunning(identity) {
      const { containerId, startedAt } = requireContainer(identity);
      const seen = await containers.lookLately(containerId);
      return seen?.running === true && seen.startedAt === startedAt;
    },

    async running() {
      return (await containers.running()).map(({ service, seen: { pid, containerId, startedAt } }) => ({
        name: service,
        identity: { pid, containerId, startedAt },
      }));
    },

    async endOrphans() {
      const filter = `label=com.docker.compose.project=${project.name}`;
      await endOrphans(project, listed(await containers.ask(["ps", "-aq", "--no-trunc", "--filter", filter])), log);
    },

    async endOf(identity) {
      const format = "{{.State.ExitCode}} {{.State.OOMKilled}}";
      const { containerId } = requireContainer(identity);
      const result = await (await containers.engine()).run(["inspect", "--type", "container", "--format", format, containerId]);
      const [, exitCode, outOfMemory] = /^(\d+) (true|false)$/mu.exec(result.output) ?? [];
      return exitCode === undefined ? undefined : endOfExitCode(Number(exitCode), outOfMemory === "true");
    },

    // The container engine listens on what it publishes, and starts no container whose port is taken.
    requireOwnPorts: async () => {},

    async residentBytes(identity) {
      const words = ["exec", requireContainer(identity).containerId, "sh", "-c", "cat /proc/[0-9]*/status"];
      return residentBytesIn((await (await containers.engine()).run(words, { signal })).output);
    },

    async tailLog(name, lines) {
      const containerId = await containers.find(name);
      if (containerId === undefined) return undefined;
      const text = await containers.ask(["logs", "--tail", String(lines), containerId]);
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
      const [volume = ""] = (await containers.ask(["inspect", "--type", "container", "--format", format, containerId])).split("\n");
      // An engine in a machine of its own keeps its volumes where this one cannot look.
      return existsSync(volume) ? await diskOf(volume) : undefined;
    },

    dataOf: (name) =>
      containerData(async (args) => {
        const containerId = await containers.find(name);
        if (containerId !== undefined) return await containers.ask(["exec", containerId, ...args]);
        throw new StreamctlError("not-running", `Cannot look into the data of ${name}: it has no container`);
      }),

    async forget() {
      // Composes leave what belongs to services that the project had once, such as those of another processor.
      for (const { list, remove } of belongings) {
        const found = listed(await containers.ask([...list, "-q", "--filter", `label=com.docker.compose.project=${project.name}`]));
        if (found.length > 0) await containers.ask([...remove, ...found]);
      }
    },
  };
}

/** @throws StreamctlError `state` for a service that another runtime started */
function requireContainer(identity: ServiceIdentity): ContainerIdentity {
  if ("containerId" in identity) return identity;
  throw new StreamctlError("state", `Cannot find the container of process ${identity.pid}: it was started by another runtime`);
}
