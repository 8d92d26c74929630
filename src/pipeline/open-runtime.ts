/** Opens the runtime of a stack. Imports the modules for containers only if they are used. */

import { openDeclarations } from "../core/assets.ts";
import { cacheFolder } from "../core/cache-folder.ts";
import { hasCode, type StreamctlError } from "../core/errors.ts";
import type { Log } from "../core/log.ts";
import { everyService, serviceType } from "./catalog.ts";
import type { OptionalChoices } from "./optional-services.ts";
import { chosenServices } from "./stack-services.ts";
import { type JarFolder, readJarFolder } from "../stack/jar-folder.ts";
import { combinedRuntime } from "../stack/combined-runtime.ts";
import { localRuntime } from "../stack/local/runtime.ts";
import type { Runtime } from "../stack/runtime.ts";
import { hasImage, type ServiceDefinition } from "../stack/service.ts";
import type { StackChoices } from "../state/choices.ts";
import type { StateFolder } from "../state/state-folder.ts";

export interface RuntimeContext {
  readonly folder: StateFolder;
  /** Id of the stack; undefined if the folder has none: then nothing may be started. */
  readonly stackId: string | undefined;
  readonly declarationsDir?: string | undefined;
  readonly log: Log;
  /** Cancels waits of the runtime; absent if a stop must not be interrupted. */
  readonly signal?: AbortSignal | undefined;
  /** Additional root certificates in PEM for image builds. */
  readonly extraCa?: readonly string[] | undefined;
  /** Folders of engines that the user installed, for image builds. */
  readonly jarFolders?: ReadonlyMap<string, JarFolder> | undefined;
}

/** @param choices without a processor nothing may be started */
export async function openRuntime(
  choices: Pick<StackChoices, "runtime" | "portOffset"> & Partial<Pick<StackChoices, "processor" | "source"> & OptionalChoices>,
  context: RuntimeContext,
): Promise<Runtime> {
  const { folder, stackId, log, signal, extraCa, jarFolders } = context;
  const { declarationsDir } = context;
  const onMachine = localRuntime({ folder, stackId, cacheDir: cacheFolder, declarationsDir, log, signal });
  if (choices.runtime === "local") return onMachine;
  const [{ dockerRuntime }, { imageSource }] = await Promise.all([
    import("../stack/docker/runtime.ts"),
    import("../stack/docker/image.ts"),
  ]);
  const definitions = projectServices(choices);
  const declarations = openDeclarations(declarationsDir);
  const source = { ...imageSource(declarations, process.env), folders: jarFolders };
  const inContainers = dockerRuntime({ folder, project: projectOf(stackId ?? "none"), definitions, source, extraCa, log, signal });
  const every = everyService(choices);
  return every.every(hasImage) ? inContainers : combinedRuntime(inContainers, onMachine, every);
}

/** All services that a stack in containers may have, ignoring `--only`, so that the images do not depend on it. */
function projectServices({
  runtime,
  portOffset,
  processor = "none",
  source,
  only = [],
  with: asked = [],
  without = [],
}: Parameters<typeof openRuntime>[0]): readonly ServiceDefinition[] {
  const named = [...asked, ...only.filter((name) => serviceType(name)?.optional)];
  return chosenServices({ runtime, portOffset, processor, ...(source ? { source } : {}), with: named, without });
}

/**
 * Reads the jar folders of engines that the user installed, for image builds; empty if the runtime builds no images.
 *
 * @throws StreamctlError `prerequisite` for a folder that does not contain its engine
 */
export async function readJarFolders(choices: StackChoices): Promise<ReadonlyMap<string, JarFolder>> {
  const folders = new Map<string, JarFolder>();
  if (choices.runtime !== "docker") return folders;
  for (const { process: program } of chosenServices(choices)) {
    if (program.kind !== "jvm") continue;
    const { jars, mainClass } = program;
    if (jars.kind === "folder" && jars.home !== undefined) folders.set(jars.engine, await readJarFolder(jars, mainClass));
  }
  return folders;
}

/** Name of a stack's compose project. */
export function projectOf(stackId: string): string {
  return `streamctl-${stackId}`;
}

/** Whether an error means that no container engine is available: then no container is running. */
export function isEngineUnavailable(error: unknown): error is StreamctlError {
  return hasCode(error, "prerequisite") || hasCode(error, "timeout");
}
