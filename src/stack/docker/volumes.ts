/**
 * The volumes of a project, each with the data of one service. The created volumes are listed in a file next to `compose.yaml`, because an
 * engine silently creates an empty volume to replace one that was removed.
 */

import { join } from "node:path";
import { readIfExists, writeDurably } from "../../core/files.ts";
import { arrayAt, parseJson, stringAt } from "../../core/json.ts";
import { labels } from "./labels.ts";
import { madeVolumesFile, type ComposeProject } from "./compose-project.ts";
import { listed, type Containers } from "./containers.ts";
import type { ServiceName } from "../../state/service-identity.ts";

/** Services whose volumes were created, from the list in the project's folder. */
export async function readMadeVolumes({ name: project, folder }: ComposeProject): Promise<readonly string[]> {
  const text = await readIfExists(join(folder, madeVolumesFile));
  const made = parseJson(text ?? "");
  // A copied folder may contain the list of another project.
  if (stringAt(made, "project") !== project) return [];
  return arrayAt(made, "services").filter((service) => typeof service === "string");
}

export async function writeMadeVolumes({ name: project, folder }: ComposeProject, services: readonly string[]): Promise<void> {
  await writeDurably(join(folder, madeVolumesFile), `${JSON.stringify({ project, services: [...new Set(services)] })}\n`);
}

/** The services without a volume in this project. */
export async function withoutVolume(
  services: readonly ServiceName[],
  { name: project }: ComposeProject,
  containers: Containers,
): Promise<readonly ServiceName[]> {
  const exists = services.map(async (service) => {
    const filter = `label=${labels.service}=${project}/${service}`;
    return listed(await containers.run(["volume", "ls", "-q", "--filter", filter])).length > 0;
  });
  const found = await Promise.all(exists);
  return services.filter((_, index) => found[index] === false);
}
