/**
 * The images of the docker runtime: what a build is given, and the name that its content has. The same content has the same name, so
 * an image that is there need not be built again. Pure.
 */

import { createHash } from "node:crypto";
import type { Declarations } from "../core/assets.ts";
import { engineVersion } from "./engines.ts";
import type { EngineName, ServiceDefinition } from "./service.ts";

export interface ImageSource {
  readonly declarations: Declarations;
  /** A Java 17 runtime, on a Linux with bash. */
  readonly baseImage: string;
  /** Maven with a Java 17 compiler. */
  readonly buildImage: string;
}

export interface Image {
  readonly engine: EngineName;
  readonly tag: string;
  /** Arguments of the build; its context is a folder with the declarations, and `ca/`. */
  readonly args: Readonly<Record<string, string>>;
}

export const dockerfile = "dockerfiles/engine.Dockerfile";

/** Folders inside a container. */
export const containerFolders = { confDir: "/engine/conf", dataDir: "/data" } as const;

/** The image of an engine, with the configuration of each of its services in it. */
export function imageOf(engine: EngineName, definitions: readonly ServiceDefinition[], source: ImageSource): Image {
  const { declarations, baseImage, buildImage } = source;
  const own = definitions.filter((definition) => definition.engine === engine);
  const values = Object.assign({}, ...own.map((definition) => definition.values), containerFolders) as Readonly<Record<string, unknown>>;
  const args = {
    ENGINE: engine,
    VERSION: engineVersion(engine),
    VALUES: Object.entries(values)
      .map(([name, value]) => `${name}=${String(value)}`)
      .join(" "),
    BASE_IMAGE: baseImage,
    BUILD_IMAGE: buildImage,
  };
  const hash = createHash("sha256").update(JSON.stringify(args));
  for (const path of contextPaths(declarations)) {
    const other = path.startsWith("config/") && !path.startsWith(`config/${engine}/`);
    if (!other) hash.update(JSON.stringify([path, declarations.read(path)]));
  }
  return { engine, tag: `streamctl-${engine}:${engineVersion(engine)}-${hash.digest("hex").slice(0, 12)}`, args };
}

/** Declarations that a build reads. */
export function contextPaths(declarations: Declarations): readonly string[] {
  return declarations.paths().filter((path) => path.startsWith("config/") || /^dockerfiles\/(?:engine\.Dockerfile$|[a-z]+$)/u.test(path));
}

/**
 * Default base images, and the variables of the environment that name others: each default is read from the Dockerfile, where it
 * stands once.
 */
export function imageSource(declarations: Declarations, environment: Readonly<Record<string, string | undefined>>): ImageSource {
  const text = declarations.read(dockerfile);
  const given = (name: string): string => {
    const typed = environment[`STREAMCTL_${name}`];
    return typed !== undefined && typed !== "" ? typed : (new RegExp(`^ARG ${name}=(\\S+)$`, "mu").exec(text)?.[1] ?? "");
  };
  return { declarations, baseImage: given("BASE_IMAGE"), buildImage: given("BUILD_IMAGE") };
}
