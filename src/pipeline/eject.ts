/**
 * `eject`: the embedded declarations as files, with a `compose.yaml` that brings the engines up without streamctl. `--dir` takes the
 * same folder for the embedded ones.
 */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { openDeclarations } from "../core/assets.ts";
import { StreamctlError, systemCode } from "../core/errors.ts";
import { composeFile, renderCompose } from "../stack/docker/compose-file.ts";
import { projectFiles, writeProject } from "../stack/docker/compose-project.ts";
import { imagesOf, imageSource } from "../stack/docker/image.ts";
import { type ContainerDefinition, hasImage } from "../stack/service.ts";
import { everyService, labelOf } from "./catalog.ts";
import { defaultServices } from "./stack-services.ts";

export interface EjectReport {
  readonly folder: string;
  /** Paths of what was written, below the folder. */
  readonly files: readonly string[];
}

/** @param optional services that come up only with the compose profile of their name */
function header(usual: readonly string[], optional: readonly ContainerDefinition[]): string {
  const labels = usual.map(labelOf);
  const profiles = optional.map(({ name, process: { jars } }) => {
    const on = jars.kind === "folder" ? `, on ${jars.image.label}` : "";
    return `# With ${labelOf(name)} too${on}: docker compose --profile ${name} up --build\n`;
  });
  return `# ${labels.slice(0, -1).join(", ")} and ${labels.at(-1) ?? ""}: docker compose up --build
${profiles.join("")}# Topics, the job of the windows and Pinot's table are provisioned by: streamctl --dir . up --runtime docker
# which writes its own compose.yaml from what stands in config/; what is changed in this file counts for compose by hand.
`;
}

/**
 * @param portOffset of the published ports in `compose.yaml`
 * @throws StreamctlError `usage` where the folder holds something: nothing is overwritten
 */
export async function eject(folder: string, portOffset: number): Promise<EjectReport> {
  const [present] = await namesIn(folder);
  if (present !== undefined) {
    throw new StreamctlError("usage", `Cannot eject into "${folder}": it is not empty, "${present}" is there`, {
      hint: "Name a new folder: streamctl eject DIR",
    });
  }
  const declarations = openDeclarations();
  const definitions = everyService({ runtime: "docker", portOffset }).filter(hasImage);
  const source = imageSource(declarations, process.env);
  const usual = defaultServices({ runtime: "docker", portOffset })
    .filter(hasImage)
    .map(({ name }) => name);
  const others = definitions.filter(({ name }) => !usual.includes(name));
  const options = { project: "streamctl", optional: others.map(({ name }) => name) };
  const compose = header(usual, others) + renderCompose(composeFile(definitions, imagesOf(definitions, source), options));
  const files = projectFiles({ compose, declarations, paths: declarations.paths() });
  await writeProject(folder, files);
  return { folder, files: Object.keys(files).toSorted() };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(join(folder));
  } catch (error) {
    if (systemCode(error) === "ENOENT") return [];
    const why = systemCode(error) === "ENOTDIR" ? "it is no folder" : String(error);
    throw new StreamctlError("usage", `Cannot eject into "${folder}": ${why}`, {
      cause: error,
      hint: "Name a new folder: streamctl eject DIR",
    });
  }
}
