/**
 * The images of the docker runtime: what a build is given, as texts, and the name that its content has. The same content has the
 * same name, so an image that is there need not be built again. Pure.
 */

import { createHash } from "node:crypto";
import { renderTemplate } from "../core/template.ts";
import { engineVersion, mavenProject } from "./engines.ts";
import type { EngineName, ServiceDefinition } from "./service.ts";

export interface ImageSource {
  /** Text of a declaration, by its path in the project. */
  readonly read: (asset: string) => string;
  /** A Java 17 runtime, on a Linux with bash. */
  readonly baseImage: string;
  /** Maven with a Java 17 compiler. */
  readonly buildImage: string;
}

export interface Image {
  readonly engine: EngineName;
  readonly tag: string;
  readonly args: Readonly<Record<string, string>>;
  /** The build context: texts by path. Those of {@link executableFiles} may be run. */
  readonly files: Readonly<Record<string, string>>;
}

export const executableFiles: readonly string[] = ["start", "healthcheck"];

/** Folders of a service inside its container. */
export function containerFolders(service: string): { readonly confDir: string; readonly dataDir: string } {
  return { confDir: `/engine/conf/${service}`, dataDir: "/data" };
}

/** The image of an engine, with the configuration of each of its services in it. */
export function imageOf(engine: EngineName, definitions: readonly ServiceDefinition[], source: ImageSource): Image {
  const { read } = source;
  const maven = Object.entries(mavenProject(engine, read)).map(([path, text]) => [`maven/${path}`, text]);
  const configuration = definitions
    .filter((definition) => definition.engine === engine)
    .flatMap(({ name, values, files }) =>
      files.map(({ asset, as }) => [`conf/${name}/${as}`, renderTemplate(read(asset), { ...values, ...containerFolders(name) }, asset)]),
    );
  const files: Readonly<Record<string, string>> = Object.fromEntries([
    ["Dockerfile", read("dockerfiles/engine.Dockerfile")],
    ...executableFiles.map((name) => [name, read(`dockerfiles/${name}`)]),
    ["ca/README", "Root certificates (*.crt) that lie here are trusted while the image is built.\n"],
    ...maven,
    ...configuration,
  ]);
  const args = { ENGINE: engine, VERSION: engineVersion(engine), BASE_IMAGE: source.baseImage, BUILD_IMAGE: source.buildImage };
  const hash = createHash("sha256")
    .update(JSON.stringify([args, files]))
    .digest("hex");
  return { engine, tag: `streamctl-${engine}:${engineVersion(engine)}-${hash.slice(0, 12)}`, args, files };
}

/**
 * Default base images, and the variables of the environment that name others: each default is read from the Dockerfile, where it
 * stands once.
 */
export function imageSource(read: ImageSource["read"], environment: Readonly<Record<string, string | undefined>>): ImageSource {
  const dockerfile = read("dockerfiles/engine.Dockerfile");
  const given = (name: string): string => {
    const typed = environment[`STREAMCTL_${name}`];
    return typed !== undefined && typed !== "" ? typed : (new RegExp(`^ARG ${name}=(\\S+)$`, "mu").exec(dockerfile)?.[1] ?? "");
  };
  return { read, baseImage: given("BASE_IMAGE"), buildImage: given("BUILD_IMAGE") };
}
