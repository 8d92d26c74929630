/**
 * The images of the docker runtime: build arguments and tags. A tag contains a hash of the image's content, so an existing image need not
 * be built again. Pure.
 */

import { basename } from "node:path";
import type { Declarations } from "../../core/assets.ts";
import { StreamctlError } from "../../core/errors.ts";
import { shortHash } from "../../core/short-hash.ts";
import { renderTemplate, type TemplateValues } from "../../core/template.ts";
import type { JarFolder } from "../jar-folder.ts";
import { javaArguments } from "../jvm-options.ts";
import {
  engineOf,
  hasImage,
  type InstalledJars,
  type Jars,
  type MavenJars,
  type PythonEnvironment,
  type ServiceDefinition,
} from "../service.ts";

export interface ImageSource {
  readonly declarations: Declarations;
  /**
   * Base images by build argument: BASE_IMAGE is a Java 17 runtime on a Linux with bash, BUILD_IMAGE is Maven with a Java 17 compiler,
   * PYTHON_IMAGE is a Python with venv on a Linux with bash, and each engine that the user installs has its own.
   */
  readonly bases: Readonly<Record<string, string>>;
  /** Target platform, such as `linux/arm64`, if the user sets one: images of the same content differ between platforms. */
  readonly platform?: string | undefined;
  /** Jars in the user's folders by engine, used instead of the engine's image. */
  readonly folders?: ReadonlyMap<string, JarFolder> | undefined;
}

export interface Image {
  readonly engine: string;
  readonly tag: string;
  readonly dockerfile: string;
  /** Arguments of the build; its context is a folder with the declarations, `ca/` and `jars/`. */
  readonly args: Readonly<Record<string, string>>;
  /** Jars that are copied to `jars/` while the image is built. */
  readonly jars?: JarFolder | undefined;
  /** Hint for a base image that cannot be pulled. */
  readonly withoutBase: string;
}

/** Folder of the user's jars in a build context. */
export const jarsFolder = "jars/server";

/** Folders inside a container. */
export const containerFolders = { confDir: "/engine/conf", dataDir: "/data" } as const;

/** Also the folder of its secrets, for a Python service. */
export const pythonFolders = { ...containerFolders, secretDir: "/data/secrets" } as const;

/** The differences between images of engines from Maven and of engines that the user has installed. */
type Build = Pick<Image, "dockerfile" | "args" | "jars" | "withoutBase"> & { readonly version: string };

/** The images of all engines that the services use. */
export function imagesOf(definitions: readonly ServiceDefinition[], source: ImageSource): readonly Image[] {
  return [...new Set(definitions.filter(hasImage).map(engineOf))].map((engine) => imageOf(engine, definitions, source));
}

/**
 * The image of an engine. It contains the configuration of all services of that engine.
 *
 * @throws StreamctlError `internal` if two of these services use one name for different values
 */
export function imageOf(engine: string, definitions: readonly ServiceDefinition[], source: ImageSource): Image {
  const { declarations, platform } = source;
  const own = definitions.filter(hasImage).filter((definition) => engineOf(definition) === engine);
  const program = own[0]?.process;
  if (program === undefined) throw new StreamctlError("internal", `No service runs on engine "${engine}"`);
  const isPython = program.kind === "python";
  const maven = !isPython && program.jars.kind === "maven" ? program.jars : undefined;
  const values = { ...valuesOfAll(own), ...(isPython ? pythonFolders : containerFolders) };
  const { version, ...build } = isPython ? pythonBuild(program.environment, source) : javaBuild(program.jars, source);
  const args = {
    ...build.args,
    VERSION: version,
    VALUES: encodeValues(values),
    ...(maven ? { TRAINING: trainingOf(own, values) } : {}),
    ...(isPython ? {} : { BASE_IMAGE: source.bases["BASE_IMAGE"] ?? "" }),
  };
  const sources = maven?.sources ?? [];
  const content = [JSON.stringify([args, build.jars?.fingerprint, platform])];
  for (const path of contextPaths(declarations)) {
    const read = path.startsWith("config/")
      ? path.startsWith(`config/${engine}/`) || sources.includes(path)
      : !path.endsWith(".Dockerfile") || path === build.dockerfile;
    // Each kind of process has its own scripts.
    if (read && !(isPython ? javaScripts : pythonScripts).includes(path)) content.push(JSON.stringify([path, declarations.read(path)]));
  }
  return { ...build, engine, tag: `streamctl-${engine}:${version}-${shortHash(content.join(""), 12)}`, args };
}

const javaScripts = ["dockerfiles/start", "dockerfiles/train"];
const pythonScripts = ["dockerfiles/start-python"];

/** The programs with which `dockerfiles/train` makes class-data archives. @throws StreamctlError `internal` for a word with a space */
function trainingOf(definitions: readonly ServiceDefinition[], values: TemplateValues): string {
  const words = { ...values, clusterId: "class-data-archives---" };
  const lines = definitions.flatMap(({ name, env, process: program }) => {
    if (program.kind !== "jvm") return [];
    const variables = Object.entries(env).map(([variable, value]) => `${variable}=${value}`);
    const line = (kind: "prepare" | "run", args: readonly string[]): readonly string[] => [name, kind, ...variables, "java", ...args];
    const preparation = program.prepare ? [line("prepare", javaArguments(program, program.prepare))] : [];
    return [...preparation, line("run", javaArguments(program))];
  });
  const rendered = lines.map((line) => line.map((word) => renderTemplate(word, words, "training")));
  const broken = rendered.flat().find((word) => /\s/u.test(word));
  if (broken !== undefined) throw new StreamctlError("internal", `An argument of an image's service contains a space: "${broken}"`);
  return rendered.map((line) => line.join(" ")).join("\n");
}

function valuesOfAll(definitions: readonly ServiceDefinition[]): TemplateValues {
  const values: Record<string, string | number> = {};
  for (const { name: service, values: own } of definitions) {
    for (const [name, value] of Object.entries(own)) {
      const other = definitions.find((one) => Object.hasOwn(one.values, name) && one.values[name] !== value);
      if (other !== undefined)
        throw new StreamctlError(
          "internal",
          `Services "${service}" and "${other.name}" share one image but have different values of "${name}"`,
        );
      values[name] = value;
    }
  }
  return values;
}

/**
 * Values for `dockerfiles/render`: pairs separated by spaces. Spaces, control characters and percent signs are percent-encoded: `%20`.
 */
export function encodeValues(values: TemplateValues): string {
  // oxlint-disable-next-line no-control-regex -- control characters are encoded
  const encoded = (text: string): string => text.replaceAll(/[\u0000-\u0020%\u007f]/gu, encodeURIComponent);
  return Object.entries(values)
    .map(([name, value]) => `${name}=${encoded(String(value))}`)
    .join(" ");
}

function pythonBuild({ name, version }: PythonEnvironment, { bases }: ImageSource): Build {
  return {
    version,
    dockerfile: "dockerfiles/python.Dockerfile",
    args: { ENGINE: name, PYTHON_IMAGE: bases["PYTHON_IMAGE"] ?? "" },
    withoutBase: "If the base image cannot be pulled, set another: STREAMCTL_PYTHON_IMAGE (Python 3.10 to 3.12 with venv, and bash)",
  };
}

function javaBuild(jars: Jars, source: ImageSource): Build {
  return jars.kind === "maven" ? mavenBuild(jars, source) : installedBuild(jars, source);
}

function mavenBuild({ engine, version, sources }: MavenJars, { bases }: ImageSource): Build {
  return {
    version,
    dockerfile: "dockerfiles/engine.Dockerfile",
    args: {
      ENGINE: engine,
      BUILD_IMAGE: bases["BUILD_IMAGE"] ?? "",
      ...(sources.length === 0 ? {} : { SOURCES: sources.map((path) => basename(path)).join(" ") }),
    },
    withoutBase:
      "If the base images cannot be pulled, set others: STREAMCTL_BASE_IMAGE (Java 17), STREAMCTL_BUILD_IMAGE (Maven with Java 17)",
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

/** Dockerfiles that no service uses: streamctl's own image, and substitutes for the base images. */
const otherDockerfiles: ReadonlySet<string> = new Set(["dockerfiles/base.Dockerfile", "dockerfiles/streamctl.Dockerfile"]);

/** Declarations that a build reads. */
export function contextPaths(declarations: Declarations): readonly string[] {
  return declarations.paths().filter((path) => /^(?:config|dockerfiles)\//u.test(path) && !otherDockerfiles.has(path));
}

/**
 * The base images: those that the environment names, otherwise the defaults in the Dockerfiles.
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
