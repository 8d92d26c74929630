/**
 * The images of the docker runtime: what a build is given, and the name that its content has. The same content has the same name, so
 * an image that is there need not be built again. Pure.
 */

import { createHash } from "node:crypto";
import type { Declarations } from "../../core/assets.ts";
import { engineVersion } from "../local/engines.ts";
import { archiveFolders, type KsqldbJars } from "../ksqldb-home.ts";
import type { EngineName, ServiceDefinition } from "../service.ts";

export interface ImageSource {
  readonly declarations: Declarations;
  /** A Java 17 runtime, on a Linux with bash. */
  readonly baseImage: string;
  /** Maven with a Java 17 compiler. */
  readonly buildImage: string;
  /** Confluent's image of a ksqlDB server, or one that is laid out alike. */
  readonly ksqldbImage: string;
  /** For which the engine's client builds, as \`linux/arm64\`, where the user says so: it makes other images of the same content. */
  readonly platform?: string | undefined;
  /** Of an installed ksqlDB, which is taken in the place of that image. */
  readonly ksqldbJars?: KsqldbJars | undefined;
}

export interface Image {
  readonly engine: ServiceDefinition["engine"];
  readonly tag: string;
  readonly dockerfile: string;
  /** Arguments of the build; its context is a folder with the declarations, `ca/` and `jars/`. */
  readonly args: Readonly<Record<string, string>>;
  /** What lies in `jars/` while the image is built. */
  readonly jars?: KsqldbJars | undefined;
  /** What to type where what it is built on cannot be pulled. */
  readonly withoutBase: string;
}

/** Where the jars of a user's ksqlDB lie in a build context. */
export const jarsFolder = "jars/server";

/** Folders inside a container. */
export const containerFolders = { confDir: "/engine/conf", dataDir: "/data" } as const;

/** What differs between the images of engines from Maven and that of ksqlDB. */
type Build = Pick<Image, "dockerfile" | "args" | "jars" | "withoutBase"> & { readonly version: string };

/** The image of an engine, with the configuration of each of its services in it. */
export function imageOf(engine: Image["engine"], definitions: readonly ServiceDefinition[], source: ImageSource): Image {
  const { declarations, baseImage, platform } = source;
  const own = definitions.filter((definition) => definition.engine === engine);
  const values = Object.assign({}, ...own.map((definition) => definition.values), containerFolders) as Readonly<Record<string, unknown>>;
  const { version, ...build } = engine === "ksqldb" ? ksqldbBuild(source) : engineBuild(engine, source);
  const args = {
    ...build.args,
    VERSION: version,
    VALUES: Object.entries(values)
      .map(([name, value]) => `${name}=${String(value)}`)
      .join(" "),
    BASE_IMAGE: baseImage,
  };
  const hash = createHash("sha256").update(JSON.stringify([args, build.jars?.fingerprint, platform]));
  for (const path of contextPaths(declarations)) {
    const read = path.startsWith("config/")
      ? path.startsWith(`config/${engine}/`)
      : !path.endsWith(".Dockerfile") || path === build.dockerfile;
    if (read) hash.update(JSON.stringify([path, declarations.read(path)]));
  }
  return { ...build, engine, tag: `streamctl-${engine}:${version}-${hash.digest("hex").slice(0, 12)}`, args };
}

const engineDockerfile = "dockerfiles/engine.Dockerfile";
const ksqldbDockerfile = "dockerfiles/ksqldb.Dockerfile";

function engineBuild(engine: EngineName, { buildImage }: ImageSource): Build {
  return {
    version: engineVersion(engine),
    dockerfile: engineDockerfile,
    args: { ENGINE: engine, BUILD_IMAGE: buildImage },
    withoutBase:
      "Where the base images cannot be pulled, name others: STREAMCTL_BASE_IMAGE (a Java 17), STREAMCTL_BUILD_IMAGE (Maven with Java 17)",
  };
}

function ksqldbBuild({ baseImage, ksqldbImage, ksqldbJars: jars }: ImageSource): Build {
  const [image, version, root, folders] = jars
    ? [baseImage, jars.version, `/engine/${jarsFolder}`, [...jars.byFolder.keys()]]
    : [ksqldbImage, /:(\w[\w.-]*)(?:@|$)/u.exec(ksqldbImage)?.[1] ?? "own", "/usr", archiveFolders];
  return {
    version,
    dockerfile: ksqldbDockerfile,
    args: { KSQLDB_IMAGE: image, JARS: folders.map((folder) => `${root}/${folder}/*`).join(":") },
    jars,
    withoutBase:
      "Where Confluent's image cannot be pulled, name another (STREAMCTL_KSQLDB_IMAGE), a folder with its archive or jars " +
      "(--ksqldb-home DIR) or a running server (--ksqldb-url URL)",
  };
}

/** Declarations that a build reads. */
export function contextPaths(declarations: Declarations): readonly string[] {
  const dockerfiles = /^dockerfiles\/(?:(?:engine|ksqldb)\.Dockerfile|[a-z]+)$/u;
  return declarations.paths().filter((path) => path.startsWith("config/") || dockerfiles.test(path));
}

/**
 * Default base images, and the variables of the environment that name others: each default is read from the Dockerfile, where it
 * stands once.
 */
export function imageSource(declarations: Declarations, environment: Readonly<Record<string, string | undefined>>): ImageSource {
  const given = (name: string, path: string): string => {
    const typed = environment[`STREAMCTL_${name}`];
    const text = declarations.read(path);
    return typed !== undefined && typed !== "" ? typed : (new RegExp(`^ARG ${name}=(\\S+)$`, "mu").exec(text)?.[1] ?? "");
  };
  const { DOCKER_DEFAULT_PLATFORM: platform = "" } = environment;
  return {
    declarations,
    baseImage: given("BASE_IMAGE", engineDockerfile),
    buildImage: given("BUILD_IMAGE", engineDockerfile),
    ksqldbImage: given("KSQLDB_IMAGE", ksqldbDockerfile),
    ...(platform === "" ? {} : { platform }),
  };
}
