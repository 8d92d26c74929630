/**
 * What a container engine keeps of the stacks of this machine, found by its labels: no state folder is needed for it, so it also finds
 * what a lost or renamed folder has left.
 */

import { isObject, stringAt } from "../../core/json.ts";
import { labels } from "./compose-file.ts";
import { listed, requireSuccess } from "./containers.ts";
import type { ContainerEngine } from "./engine.ts";

export interface Belonging {
  readonly kind: "container" | "volume" | "network";
  /** As the engine names it. */
  readonly name: string;
  /** The stack that it belongs to, which is also the name of its compose project. */
  readonly stack: string;
  /** Of containers and volumes. */
  readonly service?: string;
  /** Of containers: the state folder of the stack when the container was made. */
  readonly stateDir?: string;
}

const kinds = [
  { kind: "container", list: ["ps", "-a"], inspect: ["inspect", "--type", "container"], labels: ".Config.Labels" },
  { kind: "volume", list: ["volume", "ls"], inspect: ["volume", "inspect"], labels: ".Labels" },
  { kind: "network", list: ["network", "ls"], inspect: ["network", "inspect"], labels: ".Labels" },
] as const;

/** Containers, volumes and networks of every stack, running or not. @throws StreamctlError `service-failed` where the engine refuses */
export async function listBelongings(engine: ContainerEngine): Promise<readonly Belonging[]> {
  const found = await Promise.all(
    kinds.map(async ({ kind, list, inspect, labels: field }) => {
      const ids = listed(requireSuccess(await engine.run([...list, "-q", "--filter", `label=${labels.stack}`]), list.join(" ")));
      if (ids.length === 0) return [];
      // One that was removed meanwhile is an error beside the lines of the others.
      const { output } = await engine.run([...inspect, "--format", `{{.Name}} {{json ${field}}}`, ...ids]);
      return [...output.matchAll(/^\/?(\S+) (\{.*\})$/gmu)].map(([, name = "", text = ""]) => belonging(kind, name, JSON.parse(text)));
    }),
  );
  return found.flat().filter((one) => one !== undefined);
}

function belonging(kind: Belonging["kind"], name: string, labelled: unknown): Belonging | undefined {
  const stack = isObject(labelled) ? stringAt(labelled, labels.stack) : undefined;
  if (stack === undefined) return undefined;
  const service = stringAt(labelled, labels.service)?.slice(stack.length + 1);
  const stateDir = stringAt(labelled, labels.stateDir);
  return { kind, name, stack, ...(service === undefined ? {} : { service }), ...(stateDir === undefined ? {} : { stateDir }) };
}
