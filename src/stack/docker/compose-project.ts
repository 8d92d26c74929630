/** The folder of a compose project. It is written completely before it is used, so that compose commands can also be run there manually. */

import { chmod, copyFile, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Declarations } from "../../core/assets.ts";
import { StreamctlError } from "../../core/errors.ts";
import { writeAtomically, writeDurably } from "../../core/files.ts";
import type { Log } from "../../core/log.ts";
import { formatSeconds } from "../../core/units.ts";
import type { ContainerEngine } from "./engine.ts";
import { jarsFolder, type Image } from "./image.ts";
import { couldNotPull, hintOf } from "./engine-errors.ts";
import type { JarFolder } from "../jar-folder.ts";

export interface ComposeProject {
  readonly name: string;
  readonly folder: string;
}

export interface ProjectContent {
  /** Text of `compose.yaml`. */
  readonly compose: string;
  readonly declarations: Declarations;
  /** The declarations to write. */
  readonly paths: readonly string[];
  /** Root certificates in PEM that the builds trust. */
  readonly extraCa?: readonly string[] | undefined;
}

const composeFileName = "compose.yaml";

/** File in a project's folder that lists the created volumes. */
export const madeVolumesFile = "volumes.json";

/** Texts by path: `compose.yaml` and the build contexts of the images. */
export function projectFiles({ compose, declarations, paths, extraCa = [] }: ProjectContent): Readonly<Record<string, string>> {
  return Object.fromEntries([
    [composeFileName, compose],
    ["ca/README", "Root certificates (*.crt) in this folder are trusted while images are built. They do not become part of an image.\n"],
    ["jars/README", "The jars of an installed engine are copied to server/ while its image is built.\n"],
    ...extraCa.map((certificate, index) => [`ca/extra-${index}.crt`, certificate]),
    ...paths.map((path) => [path, declarations.read(path)]),
  ]);
}

/** Removes the files of an earlier version of the project. Keeps the list of volumes, so that it survives a kill before the next write. */
export async function clearProject(folder: string): Promise<void> {
  for (const entry of (await readdir(folder).catch(() => [])).filter((name) => name !== madeVolumesFile))
    await rm(join(folder, entry), { recursive: true, force: true });
}

/** Writes a project's files into a folder; makes scripts executable. */
export async function writeProject(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    // compose.yaml must survive a power failure, because it is needed to stop the project manually. Build contexts are rewritten anyway.
    await (path === composeFileName ? writeDurably : writeAtomically)(join(folder, path), text);
    if (text.startsWith("#!")) await chmod(join(folder, path), 0o755);
  }
}

/** Timeout of building an image, in milliseconds. */
const buildTimeoutMs = 30 * 60_000;

/**
 * Builds the images that the engine does not have.
 *
 * @throws StreamctlError `download` with the end of the build's output
 */
export async function buildMissing(
  engine: ContainerEngine,
  { name: project, folder }: ComposeProject,
  images: readonly Image[],
  { log, signal }: { readonly log: Log; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  for (const image of images) {
    const { engine: name, tag } = image;
    if (await hasImage(engine, tag, signal)) continue;
    log.info(`Building image ${tag} on ${engine.name} (a minute or two, only the first time)`);
    const startedAt = performance.now();
    const onLine = (line: string): void => log.debug(line);
    const { exitCode, output } = await withJars(folder, image.jars, async () => {
      return await engine.compose({ folder, project }, ["build", name], { signal, timeoutMs: buildTimeoutMs, onLine });
    });
    // podman-compose exits with 0 after a failed build.
    if (exitCode !== 0 || !(await hasImage(engine, tag, signal))) throw buildFailure(image, output);
    log.success(`Image ${tag} built in ${formatSeconds(performance.now() - startedAt)}`);
  }
}

async function hasImage(engine: ContainerEngine, tag: string, signal: AbortSignal | undefined): Promise<boolean> {
  return (await engine.run(["image", "inspect", tag], { signal })).exitCode === 0;
}

/** Copies the user's jars into the build context for one build only, because the engine is sent the whole context with each build. */
async function withJars<T>(context: string, jars: JarFolder | undefined, build: () => Promise<T>): Promise<T> {
  const copy = join(context, jarsFolder);
  try {
    for (const [folder, names] of jars?.byFolder ?? []) {
      await mkdir(join(copy, folder), { recursive: true });
      for (const name of names) await copyFile(join(jars?.home ?? "", folder, name), join(copy, folder, name));
    }
    return await build();
  } finally {
    await rm(copy, { recursive: true, force: true });
  }
}

function buildFailure({ tag, withoutBase }: Image, output: string): StreamctlError {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const known = hintOf(output);
  return new StreamctlError("download", `Cannot build image "${tag}": the build failed`, {
    detail: lines.slice(-12).join("\n"),
    hint:
      known ??
      (couldNotPull(output) ? withoutBase : "Behind a proxy, add its root certificates: streamctl up --runtime docker --extra-ca FILE"),
  });
}
