/** The folder of a compose project: written whole before it is used, so that the same commands work there by hand. */

import { chmod, copyFile, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Declarations } from "../../core/assets.ts";
import { StreamctlError } from "../../core/errors.ts";
import { writeAtomically, writeDurably } from "../../core/files.ts";
import type { Log } from "../../core/log.ts";
import { formatSeconds } from "../../core/units.ts";
import type { ContainerEngine } from "./engine.ts";
import { jarsFolder, type Image } from "./image.ts";
import { couldNotPull, hintOf } from "./refusals.ts";
import type { JarFolder } from "../jar-folder.ts";

export interface ComposeProject {
  readonly name: string;
  readonly folder: string;
}

export interface ProjectContent {
  /** Text of `compose.yaml`. */
  readonly compose: string;
  readonly declarations: Declarations;
  /** Of the declarations, those that are written. */
  readonly paths: readonly string[];
  /** Root certificates in PEM that the builds trust. */
  readonly extraCa?: readonly string[] | undefined;
}

const composeFileName = "compose.yaml";

/** In a project's folder: which volumes were made. */
export const madeVolumesFile = "volumes.json";

/** Texts by path: `compose.yaml`, and the build context of every image beside it. */
export function projectFiles({ compose, declarations, paths, extraCa = [] }: ProjectContent): Readonly<Record<string, string>> {
  return Object.fromEntries([
    [composeFileName, compose],
    ["ca/README", "Root certificates (*.crt) that lie here are trusted while images are built. None of them stays in an image.\n"],
    ["jars/README", "The jars of an installed engine lie in server/ while its image is built of them.\n"],
    ...extraCa.map((certificate, index) => [`ca/extra-${index}.crt`, certificate]),
    ...paths.map((path) => [path, declarations.read(path)]),
  ]);
}

/** Removes what an earlier version of a project had in its folder; the note of its volumes stays, also where what follows is killed. */
export async function clearProject(folder: string): Promise<void> {
  for (const entry of (await readdir(folder).catch(() => [])).filter((name) => name !== madeVolumesFile))
    await rm(join(folder, entry), { recursive: true, force: true });
}

/** Writes a project's files into a folder; the scripts of containers may be run. */
export async function writeProject(folder: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    // Without its compose.yaml nobody can stop a project by hand; what an image is built of is written again by the next build.
    await (path === composeFileName ? writeDurably : writeAtomically)(join(folder, path), text);
    if (text.startsWith("#!")) await chmod(join(folder, path), 0o755);
  }
}

/** Longest time for the images of one stack to be built, in milliseconds. */
const buildTimeoutMs = 30 * 60_000;

/**
 * Builds the images that the engine does not have.
 *
 * @throws StreamctlError `download` with the end of what the build said
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
    log.info(`Building image ${tag} on ${engine.name} (a minute or two, once)`);
    const startedAt = performance.now();
    const onLine = (line: string): void => log.debug(line);
    const { exitCode, output } = await withJars(folder, image.jars, async () => {
      return await engine.compose({ folder, project }, ["build", name], { signal, timeoutMs: buildTimeoutMs, onLine });
    });
    // podman-compose calls a failed build a success.
    if (exitCode !== 0 || !(await hasImage(engine, tag, signal))) throw buildFailure(image, output);
    log.success(`Image ${tag} built in ${formatSeconds(performance.now() - startedAt)}`);
  }
}

async function hasImage(engine: ContainerEngine, tag: string, signal: AbortSignal | undefined): Promise<boolean> {
  return (await engine.run(["image", "inspect", tag], { signal })).exitCode === 0;
}

/** An engine is sent the whole context with each build: the user's jars lie there for the one that needs them, and no longer. */
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
      (couldNotPull(output) ? withoutBase : "Behind a proxy, give its root certificates: streamctl up --runtime docker --extra-ca FILE"),
  });
}
