/**
 * `eject`: writes the embedded declarations as files, with a `compose.yaml` that starts the engines without streamctl. `--dir` uses such a
 * folder instead of the embedded declarations.
 */

import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { openDeclarations } from "../core/assets.ts";
import { StreamctlError, systemCode } from "../core/errors.ts";
import { joinNames } from "../core/list.ts";
import { composeFile, renderCompose } from "../stack/docker/compose-file.ts";
import { projectFiles, writeProject } from "../stack/docker/compose-project.ts";
import { imagesOf, imageSource } from "../stack/docker/image.ts";
import { type ContainerDefinition, hasImage } from "../stack/service.ts";
import { everyService, labelOf } from "./catalog.ts";
import { defaultServices } from "./stack-services.ts";

export interface EjectReport {
  readonly folder: string;
  /** Paths of the written files, relative to the folder. */
  readonly files: readonly string[];
}

/** @param optional services that start only with the compose profile of the same name */
function header(usual: readonly string[], optional: readonly ContainerDefinition[]): string {
  const labels = usual.map(labelOf);
  const profiles = optional.map(({ name, process: program }) => {
    const on = program.kind === "jvm" && program.jars.kind === "folder" ? `, on ${program.jars.image.label}` : "";
    return `# With ${labelOf(name)}${on}: docker compose --profile ${name} up --build\n`;
  });
  return `# ${joinNames(labels, "and")}: docker compose up --build
${profiles.join("")}# Topics, the job of the windows and Pinot's table are created by: streamctl --dir . up --runtime docker
# It generates its own compose.yaml from config/. Changes in this file affect only manual use of docker compose.
`;
}

/**
 * @param portOffset of the published ports in `compose.yaml`
 * @throws StreamctlError `usage` if the folder is not empty: nothing is overwritten
 */
export async function eject(folder: string, portOffset: number): Promise<EjectReport> {
  const [present] = await namesIn(folder);
  if (present !== undefined) {
    throw new StreamctlError("usage", `Cannot eject into "${folder}": it is not empty, it contains "${present}"`, {
      hint: "Use a new folder: streamctl eject DIR",
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
    const why = systemCode(error) === "ENOTDIR" ? "it is not a folder" : String(error);
    throw new StreamctlError("usage", `Cannot eject into "${folder}": ${why}`, {
      cause: error,
      hint: "Use a new folder: streamctl eject DIR",
    });
  }
}
