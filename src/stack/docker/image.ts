/**
 * The images of the docker runtime: what a build is given, and the name that its content has. The same content has the same name, so
 * an image that is there need not be built again. Pure.
 */

import type { Declarations } from "../../core/assets.ts";
import { StreamctlError } from "../../core/errors.ts";
import { shortHash } from "../../core/short-hash.ts";
import type { TemplateValues } from "../../core/template.ts";
import type { JarFolder } from "../jar-folder.ts";
import { hasImage, type InstalledJars, type MavenJars, type ServiceDefinition } from "../service.ts";

export interface ImageSource {
  readonly declarations: Declarations;
  /**
   * Images that builds stand on, by the build argument that names each: BASE_IMAGE is a Java 17 runtime on a Linux with bash, BUILD_IMAGE
   * Maven with a Java 17 compiler, and each engine that the user installs has one of its own.
   */
  readonly bases: Readonly<Record<string, string>>;
  /** For which the engine's client builds, as `linux/arm64`, where the user says so: it makes other images of the same content. */
  readonly platform?: string | undefined;
  /** Jars in folders of the user's, by engine, which are taken in the place of its image. */
  readonly folders?: ReadonlyMap<string, JarFolder> | undefined;
}

export interface Image {
  readonly engine: string;
  readonly tag: string;
  readonly dockerfile: string;
  /** Arguments of the build; its context is a folder with the declarations, `ca/` and `jars/`. */
  readonly args: Readonly<Record<string, string>>;
  /** What lies in `jars/` while the image is built. */
  readonly jars?: JarFolder | undefined;
  /** What to type where what it is built on cannot be pulled. */
  readonly withoutBase: string;
}

/** Where the jars of a user's folder lie in a build context. */
export const jarsFolder = "jars/server";

/** Folders inside a container. */
export const containerFolders = { confDir: "/engine/conf", dataDir: "/data" } as const;

/** What differs between the images of engines from Maven and those of engines that the user has installed. */
type Build = Pick<Image, "dockerfile" | "args" | "jars" | "withoutBase"> & { readonly version: string };

/** The image of each engine among the services that have one. */
export function imagesOf(definitions: readonly ServiceDefinition[], source: ImageSource): readonly Image[] {
  return [...new Set(definitions.filter(hasImage).map((definition) => definition.process.jars.engine))].map((engine) =>
    imageOf(engine, definitions, source),
  );
}

/** The image of an engine, with the configuration of each of its services in it. */
export function imageOf(engine: string, definitions: readonly ServiceDefinition[], source: ImageSource): Image {
  const { declarations, bases, platform } = source;
  const own = definitions.filter(hasImage).filter((definition) => definition.process.jars.engine === engine);
  const jars = own[0]?.process.jars;
  if (jars === undefined) throw new StreamctlError("internal", `No service runs on engine "${engine}"`);
  const values = Object.assign({}, ...own.map((definition) => definition.values), containerFolders) as TemplateValues;
  const { version, ...build } = jars.kind === "maven" ? mavenBuild(jars, source) : installedBuild(jars, source);
  const args = {
    ...build.args,
    VERSION: version,
    VALUES: encodeValues(values),
    BASE_IMAGE: bases["BASE_IMAGE"] ?? "",
  };
  const content = [JSON.stringify([args, build.jars?.fingerprint, platform])];
  for (const path of contextPaths(declarations)) {
    const read = path.startsWith("config/")
      ? path.startsWith(`config/${engine}/`)
      : !path.endsWith(".Dockerfile") || path === build.dockerfile;
    if (read) content.push(JSON.stringify([path, declarations.read(path)]));
  }
  return { ...build, engine, tag: `streamctl-${engine}:${version}-${shortHash(content.join(""), 12)}`, args };
}

/**
 * Values for `dockerfiles/render`: pairs between spaces. What would separate pairs, or be taken for such a code, stands as in an address:
 * `%20` for a space.
 */
export function encodeValues(values: TemplateValues): string {
  // oxlint-disable-next-line no-control-regex -- They are what is encoded.
  const encoded = (text: string): string => text.replaceAll(/[\u0000-\u0020%\u007f]/gu, encodeURIComponent);
  return Object.entries(values)
    .map(([name, value]) => `${name}=${encoded(String(value))}`)
    .join(" ");
}

function mavenBuild({ engine, version }: MavenJars, { bases }: ImageSource): Build {
  return {
    version,
    dockerfile: "dockerfiles/engine.Dockerfile",
    args: { ENGINE: engine, BUILD_IMAGE: bases["BUILD_IMAGE"] ?? "" },
    withoutBase:
      "Where the base images cannot be pulled, name others: STREAMCTL_BASE_IMAGE (a Java 17), STREAMCTL_BUILD_IMAGE (Maven with Java 17)",
  };
}

function installedBuild({ engine, image, archiveFolders }: InstalledJars, { bases, folders }: ImageSource): Build {
  const jars = folders?.get(engine);
  const published = bases[image.argument] ?? "";
  const [base = "", version, root, names] = jars
    ? [bases["BASE_IMAGE"], jars.version, `/engine/${jarsFolder}`, [...jars.byFolder.keys()]]
    : [published, /:(\w[\w.-]*)(?:@|$)/u.exec(published)?.[1] ?? "own", image.root, archiveFolders];
  return {
    version,
    dockerfile: image.dockerfile,
    args: { [image.argument]: base, JARS: names.map((name) => `${root}/${name}/*`).join(":") },
    jars,
    withoutBase: image.withoutImage,
  };
}

/** Of no service: streamctl's own image, and the stand-ins for base images. */
const otherDockerfiles: ReadonlySet<string> = new Set(["dockerfiles/base.Dockerfile", "dockerfiles/streamctl.Dockerfile"]);

/** Declarations that a build reads. */
export function contextPaths(declarations: Declarations): readonly string[] {
  return declarations.paths().filter((path) => /^(?:config|dockerfiles)\//u.test(path) && !otherDockerfiles.has(path));
}

/**
 * The images that builds stand on: those that the environment names, or else the defaults of the Dockerfiles, where each stands once.
 */
export function imageSource(declarations: Declarations, environment: Readonly<Record<string, string | undefined>>): ImageSource {
  const texts = contextPaths(declarations).filter((path) => path.endsWith(".Dockerfile"));
  const bases = texts.flatMap((path) =>
    [...declarations.read(path).matchAll(/^ARG (\w+_IMAGE)=(\S+)$/gmu)].map(([, name = "", published = ""]) => {
      return [name, environment[`STREAMCTL_${name}`] || published] as const;
    }),
  );
  const { DOCKER_DEFAULT_PLATFORM: platform = "" } = environment;
  return { declarations, bases: Object.fromEntries(bases), ...(platform === "" ? {} : { platform }) };
}
