/** The folder of a compose project: written whole before it is used, so that the same commands work there by hand. */

import { chmod, rm } from "node:fs/promises";
import { join } from "node:path";
import { StreamctlError } from "../core/errors.ts";
import { writeAtomically } from "../core/files.ts";
import type { Log } from "../core/log.ts";
import { renderCompose, type ComposeFile } from "./compose-file.ts";
import type { ContainerEngine } from "./container-engine.ts";
import { executableFiles, type Image } from "./image.ts";

export interface ComposeProject {
  readonly name: string;
  readonly folder: string;
}

/**
 * Writes `compose.yaml` and, beside it, one build context an engine.
 *
 * @param extraCa root certificates in PEM that the builds trust
 */
export async function writeProject(
  { folder }: Pick<ComposeProject, "folder">,
  file: ComposeFile,
  images: readonly Image[],
  extraCa: readonly string[] = [],
): Promise<void> {
  await writeAtomically(join(folder, "compose.yaml"), renderCompose(file));
  for (const { engine, files } of images) {
    const context = join(folder, engine);
    await rm(context, { recursive: true, force: true });
    for (const [path, text] of Object.entries(files)) await writeAtomically(join(context, path), text);
    for (const name of executableFiles) await chmod(join(context, name), 0o755);
    for (const [index, certificate] of extraCa.entries()) await writeAtomically(join(context, "ca", `extra-${index}.crt`), certificate);
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
  for (const { engine: name, tag } of images) {
    if ((await engine.run(["image", "inspect", tag], { signal })).exitCode === 0) continue;
    log.info(`Building image ${tag} on ${engine.name} (a minute or two, once)`);
    const startedAt = performance.now();
    const onLine = (line: string): void => log.debug(line);
    const { exitCode, output } = await engine.compose({ folder, project }, ["build", name], { signal, timeoutMs: buildTimeoutMs, onLine });
    if (exitCode !== 0) throw buildFailure(tag, output);
    log.success(`Image ${tag} built in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  }
}

function buildFailure(tag: string, output: string): StreamctlError {
  const lines = output.split("\n").filter((line) => line.trim() !== "");
  const pull = /pull access denied|manifest unknown|failed to resolve|error pulling|dial tcp|TLS handshake/iu.test(output);
  return new StreamctlError("download", `Cannot build image "${tag}": the build failed`, {
    detail: lines.slice(-12).join("\n"),
    hint: pull
      ? "Where the base images cannot be pulled, name others: STREAMCTL_BASE_IMAGE (a Java 17), STREAMCTL_BUILD_IMAGE (Maven with Java 17)"
      : "Behind a proxy, give its root certificates: streamctl up --runtime docker --extra-ca FILE",
  });
}
