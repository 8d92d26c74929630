/** Detects the facts about the machine on which choices depend. Skips checks whose result the command line or the state determines. */

import type { Declarations } from "../core/assets.ts";
import { findEngine } from "../stack/docker/engine.ts";
import { imagesOf, imageSource, type ImageSource } from "../stack/docker/image.ts";
import { hasJava } from "../stack/local/java.ts";
import type { StackChoices } from "../state/choices.ts";
import { processors } from "../processors/catalog.ts";
import type { MachineView } from "../processors/plugin.ts";
import type { DetectedMachine, RequestedChoices } from "./choices.ts";
import { isEngineUnavailable } from "./open-runtime.ts";
import { defaultServices } from "./stack-services.ts";

export interface DetectionContext {
  readonly declarations: Declarations;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal | undefined;
}

export async function detectMachine(
  requested: RequestedChoices,
  kept: StackChoices | undefined,
  context: DetectionContext,
): Promise<DetectedMachine> {
  const { declarations, environment = process.env, signal } = context;
  const source = imageSource(declarations, environment);
  const isOpen = (value: string | undefined): boolean => !kept && (value ?? "auto") === "auto";
  const onlyContainers = isOpen(requested.runtime) && !(await hasJava()) && (await haveImages(ownImages(requested, source), signal));
  const view: MachineView = {
    declarations,
    environment,
    options: requested.processorOptions ?? {},
    mayUseImage: isOpen(requested.processor) && (onlyContainers || requested.runtime === "docker"),
    haveImages: async (names) => await haveImages(names, signal),
  };
  const found = Object.values(processors).map(async ({ name, detect }) => [name, await detect(view)] as const);
  return { onlyContainers, processors: Object.fromEntries(await Promise.all(found)) };
}

function ownImages({ portOffset = 0 }: RequestedChoices, source: ImageSource): readonly string[] {
  const definitions = defaultServices({ runtime: "docker", portOffset });
  return imagesOf(definitions, source).map(({ tag }) => tag);
}

/** Whether a container engine is available and has all of these images. */
async function haveImages(names: readonly string[], signal: AbortSignal | undefined): Promise<boolean> {
  try {
    const engine = await findEngine(signal);
    return (await engine.run(["image", "inspect", ...names], { signal })).exitCode === 0;
  } catch (error) {
    if (isEngineUnavailable(error)) return false;
    throw error;
  }
}
