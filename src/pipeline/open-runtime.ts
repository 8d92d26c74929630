/** The runtime that a stack's choices name. What containers need is loaded for them alone. */

import { openDeclarations } from "../core/assets.ts";
import { cacheFolder } from "../core/cache-folder.ts";
import type { Log } from "../core/log.ts";
import type { KsqldbJars } from "../stack/ksqldb-home.ts";
import { localRuntime } from "../stack/local/runtime.ts";
import type { StackChoices } from "../state/choices.ts";
import type { StateFolder } from "../state/run-state.ts";
import { ksqldbSource } from "./ksqldb.ts";
import type { Runtime } from "../stack/runtime.ts";
import { chosenServices } from "../stack/stack.ts";

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
  /** Of the user's ksqlDB, where an image may be built of them. */
  readonly ksqldbJars?: KsqldbJars | undefined;
}

export async function openRuntime(
  choices: Pick<StackChoices, "runtime" | "portOffset" | "processor" | "source">,
  context: RuntimeContext,
): Promise<Runtime> {
  const { folder, stackId, log, signal, extraCa, ksqldbJars } = context;
  const declarations = openDeclarations(context.declarationsDir);
  if (choices.runtime === "local") {
    const ksqldb = ksqldbSource(choices);
    return localRuntime({
      folder,
      stackId,
      cacheDir: cacheFolder,
      declarations,
      ksqldbHome: ksqldb && "home" in ksqldb ? ksqldb.home : undefined,
      log,
      signal,
    });
  }
  const [{ dockerRuntime }, { imageSource }] = await Promise.all([
    import("../stack/docker/runtime.ts"),
    import("../stack/docker/image.ts"),
  ]);
  const { runtime, portOffset, processor, source: from } = choices;
  const definitions = chosenServices({ runtime, portOffset, processor, ...(from ? { source: from } : {}) });
  const source = { ...imageSource(declarations, process.env), ksqldbJars };
  return dockerRuntime({ folder, project: projectOf(stackId ?? "none"), definitions, source, extraCa, log, signal });
}

/** Name of a stack's compose project. */
export function projectOf(stackId: string): string {
  return `streamctl-${stackId}`;
}
