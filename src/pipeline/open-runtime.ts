/** The runtime that a stack's choices name. What containers need is loaded for them alone. */

import { openDeclarations } from "../core/assets.ts";
import { cacheFolder } from "../core/cache-folder.ts";
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
  /** Id of the stack; undefined where the folder has none: nothing is started then. */
  readonly stackId: string | undefined;
  readonly declarationsDir?: string | undefined;
  readonly log: Log;
  /** Ends what the runtime waits for; left out where a stop must not end half-way. */
  readonly signal?: AbortSignal | undefined;
  /** Root certificates in PEM that builds of images trust. */
  readonly extraCa?: readonly string[] | undefined;
  /** Of engines that the user has installed, where images may be built of them. */
  readonly jarFolders?: ReadonlyMap<string, JarFolder> | undefined;
}

/** @param choices where no processor was chosen, nothing is started */
export async function openRuntime(
  choices: Pick<StackChoices, "runtime" | "portOffset"> & Partial<Pick<StackChoices, "processor" | "source"> & OptionalChoices>,
  context: RuntimeContext,
): Promise<Runtime> {
  const { folder, stackId, log, signal, extraCa, jarFolders } = context;
  const declarations = openDeclarations(context.declarationsDir);
  const onMachine = localRuntime({ folder, stackId, cacheDir: cacheFolder, declarations, log, signal });
  if (choices.runtime === "local") return onMachine;
  const [{ dockerRuntime }, { imageSource }] = await Promise.all([
    import("../stack/docker/runtime.ts"),
    import("../stack/docker/image.ts"),
  ]);
  const definitions = projectServices(choices);
  const source = { ...imageSource(declarations, process.env), folders: jarFolders };
  const inContainers = dockerRuntime({ folder, project: projectOf(stackId ?? "none"), definitions, source, extraCa, log, signal });
  const every = everyService(choices);
  return every.every(hasImage) ? inContainers : combinedRuntime(inContainers, onMachine, every);
}

/** Every service that a stack in containers may have, whatever `--only` leaves out: what an image holds does not depend on it. */
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
 * The jars of engines that the user has installed, as images are built of them; none where nothing is built.
 *
 * @throws StreamctlError `prerequisite` for a folder that does not hold its engine
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
