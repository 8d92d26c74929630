/**
 * Lists the containers, volumes and networks of all stacks in a container engine by their labels. This needs no state folder, so it also
 * finds those of a deleted or renamed one.
 */

import { isObject, stringAt } from "../../core/json.ts";
import { labels } from "./labels.ts";
import { listed, requireSuccess } from "./containers.ts";
import type { ContainerEngine } from "./engine.ts";

export interface EngineObject {
  readonly kind: "container" | "volume" | "network";
  /** Name in the engine. */
  readonly name: string;
  /** Its stack, which is also the name of the compose project. */
  readonly stack: string;
  /** Only for containers and volumes. */
  readonly service?: string;
  /** Only for containers: the stack's state folder when the container was created. */
  readonly stateDir?: string;
}

const kinds = [
  { kind: "container", list: ["ps", "-a"], inspect: ["inspect", "--type", "container"], labels: ".Config.Labels" },
  { kind: "volume", list: ["volume", "ls"], inspect: ["volume", "inspect"], labels: ".Labels" },
  { kind: "network", list: ["network", "ls"], inspect: ["network", "inspect"], labels: ".Labels" },
] as const;

/** Containers, volumes and networks of every stack, running or not. @throws StreamctlError `service-failed` when the engine refuses */
export async function listEngineObjects(engine: ContainerEngine): Promise<readonly EngineObject[]> {
  const found = await Promise.all(
    kinds.map(async ({ kind, list, inspect, labels: field }) => {
      const ids = listed(requireSuccess(await engine.run([...list, "-q", "--filter", `label=${labels.stack}`]), list.join(" ")));
      if (ids.length === 0) return [];
      // The engine reports an object that was removed meanwhile as an error among the lines of the others.
      const { output } = await engine.run([...inspect, "--format", `{{.Name}} {{json ${field}}}`, ...ids]);
      return [...output.matchAll(/^\/?(\S+) (\{.*\})$/gmu)].map(([, name = "", text = ""]) => parseObject(kind, name, JSON.parse(text)));
    }),
  );
  return found.flat().filter((one) => one !== undefined);
}

function parseObject(kind: EngineObject["kind"], name: string, labelled: unknown): EngineObject | undefined {
  const stack = isObject(labelled) ? stringAt(labelled, labels.stack) : undefined;
  if (stack === undefined) return undefined;
  const service = stringAt(labelled, labels.service)?.slice(stack.length + 1);
  const stateDir = stringAt(labelled, labels.stateDir);
  return { kind, name, stack, ...(service === undefined ? {} : { service }), ...(stateDir === undefined ? {} : { stateDir }) };
}
