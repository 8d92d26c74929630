/**
 * Generates `compose.yaml` from the services' definitions, for the docker runtime and for manual use. Compose starts the services in the right
 * order, because the health check of each image reports when the service is ready. Pure.
 */

import { createHash } from "node:crypto";
import { stringify } from "yaml";
import { shortHash } from "../../core/short-hash.ts";
import { renderTemplate } from "../../core/template.ts";
import { type Image, pythonFolders } from "./image.ts";
import { labels } from "./labels.ts";
import { javaArguments, jvmOptionsOf } from "../jvm-options.ts";
import {
  type ContainerDefinition,
  engineOf,
  type Expectation,
  hasImage,
  type JvmProcess,
  type Probe,
  type PythonProcess,
  type ServiceDefinition,
  type ServicePort,
} from "../service.ts";
import type { ServiceName } from "../../state/service-identity.ts";

type Labels = Readonly<Record<string, string>>;

/** The part of the Compose Specification that is used here. https://docs.docker.com/reference/compose-file/ */
export interface ComposeFile {
  readonly services: Readonly<Record<string, { readonly labels: Labels }>>;
  readonly volumes: Readonly<Record<string, { readonly labels?: Labels }>>;
  readonly networks?: Readonly<Record<string, { readonly labels: Labels }>>;
}

export interface ComposeOptions {
  /** Name of the compose project; Kafka's cluster id is derived from it. */
  readonly project: string;
  /** State folder of the stack. Without it the project is not a stack of streamctl, and has no labels of one. */
  readonly stateDir?: string;
  /** Services that start only with the compose profile of their name. */
  readonly optional?: readonly ServiceName[];
}

/**
 * @param all services of a stack; those without an image are omitted
 * @param images images of all engines that the definitions name
 */
export function composeFile(all: readonly ServiceDefinition[], images: readonly Image[], options: ComposeOptions): ComposeFile {
  const { project, stateDir, optional = [] } = options;
  const definitions = all.filter(hasImage);
  const names = new Set(definitions.map(({ name }) => name));
  const labelled = (own: Labels): { readonly labels?: Labels } => (stateDir === undefined ? {} : { labels: own });
  const stack = { [labels.stack]: project };
  const services = definitions.map((definition) => {
    const image = images.find(({ engine }) => engine === engineOf(definition));
    const after = definition.after.filter((name) => names.has(name));
    const service = escaped(composeService(definition, image, after, project));
    const own = {
      [labels.definition]: shortHash(JSON.stringify(service)),
      ...(stateDir === undefined ? {} : { ...stack, [labels.service]: `${project}/${definition.name}`, [labels.stateDir]: stateDir }),
    };
    return [
      definition.name,
      { ...(optional.includes(definition.name) ? { profiles: [definition.name] } : {}), ...service, labels: escaped(own) },
    ] as const;
  });
  return {
    services: Object.fromEntries(services),
    volumes: Object.fromEntries([...names].map((name) => [volumeOf(name), labelled({ ...stack, [labels.service]: `${project}/${name}` })])),
    ...(stateDir === undefined ? {} : { networks: { default: { labels: stack } } }),
  };
}

/** Hash of a service's definition and image. It does not depend on the state folder, because a stack may be moved. */
export function definitionOf({ services }: ComposeFile, name: ServiceName): string {
  return services[name]?.labels[labels.definition] ?? "";
}

/** The document as YAML, without line folding. */
export function renderCompose(file: ComposeFile): string {
  return stringify(file, { lineWidth: 0 });
}

function volumeOf(service: string): string {
  return `${service}-data`;
}

function composeService(definition: ContainerDefinition, image: Image | undefined, after: readonly string[], project: string): object {
  const { name, ports, process: program } = definition;
  const values = { ...definition.values, ...pythonFolders, clusterId: clusterId(project) };
  const render = (text: string): string => renderTemplate(text, values, name);
  const { command, prepare, secrets = [], memoryMiB } = program.kind === "jvm" ? jvmArguments(program) : pythonArguments(program);
  return {
    ...(image ? { image: image.tag, build: { context: ".", dockerfile: image.dockerfile, args: image.args } } : {}),
    command: command.map(render),
    environment: {
      ...Object.fromEntries(Object.entries(definition.env).map(([variable, value]) => [variable, render(value)])),
      ...(prepare ? { PREPARE: prepare.map(render).join("\n") } : {}),
      ...(program.kind === "jvm" && program.jars.kind === "maven" ? { ARCHIVE: name } : {}),
      ...(secrets.length > 0 ? { SECRETS: secrets.join(" ") } : {}),
      PROBE: probeLines(definition.probe, ports).join("\n"),
    },
    // Without an init, a SIGTERM right after the start is lost: process 1 ignores signals that it does not handle yet.
    init: true,
    ports: ports.filter(({ own }) => own !== true).map(({ port, inside }) => `127.0.0.1:${port}:${inside}`),
    ...(after.length > 0 ? { depends_on: Object.fromEntries(after.map((other) => [other, { condition: "service_healthy" }])) } : {}),
    volumes: [`${volumeOf(name)}:/data`],
    tmpfs: ["/tmp"],
    read_only: true,
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    mem_limit: `${memoryMiB}m`,
    stop_grace_period: `${definition.stopTimeoutMs / 1000}s`,
  };
}

/** What an image starts: arguments of Java or Python. */
interface Arguments {
  readonly command: readonly string[];
  readonly prepare?: readonly string[] | undefined;
  readonly secrets?: readonly string[];
  readonly memoryMiB: number;
}

function jvmArguments(program: JvmProcess): Arguments {
  const { prepare } = program;
  return {
    command: javaArguments(program),
    prepare: prepare && javaArguments(program, prepare),
    memoryMiB: memoryLimitMiB(jvmOptionsOf(program)),
  };
}

function pythonArguments({ module, args, prepare, secrets, memoryLimitMiB: memoryMiB }: PythonProcess): Arguments {
  return { command: ["-m", module, ...args], prepare, secrets, memoryMiB };
}

/** Kafka's cluster ids are 16 bytes in url-safe base64 and may not begin with a dash. */
function clusterId(project: string): string {
  return `s${createHash("sha256").update(project).digest("base64url").slice(0, 21)}`;
}

/** The probe for the image's health check (dockerfiles/healthcheck): one request per line, sent inside the container. */
export function probeLines(probe: Probe, ports: readonly ServicePort[]): readonly string[] {
  const inside = (port: number): number => ports.find((known) => known.port === port)?.inside ?? port;
  switch (probe.kind) {
    case "zookeeper":
      return [`zookeeper ${inside(probe.port)}`];
    case "kafka":
      return [`kafka ${inside(Number(probe.address.slice(probe.address.lastIndexOf(":") + 1)))}`];
    case "http":
      return probe.checks.map(({ url, expects }) => {
        const { port, pathname, search } = new URL(url);
        return ["http", inside(Number(port)), `${pathname}${search}`, ...(expects ? [expectationText(expects)] : [])].join(" ");
      });
  }
}

/** Such as `/info/state = "RUNNING"`; the path is a JSON pointer. https://www.rfc-editor.org/rfc/rfc6901 */
function expectationText(expects: Expectation): string {
  const pointer = expects.path.map((name) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
  return "equals" in expects ? `${pointer} = ${JSON.stringify(expects.equals)}` : `${pointer} >= ${expects.atLeast}`;
}

/**
 * Memory limit of a container in MiB: the limits in the JVM's options, plus 128 for threads and native libraries. The defaults are
 * those of Java 17, except for metaspace, which has no limit by default.
 */
export function memoryLimitMiB(jvmOptions: readonly string[]): number {
  const option = (prefix: string): number | undefined => {
    const match = jvmOptions.find((text) => text.startsWith(prefix))?.slice(prefix.length);
    if (match === undefined) return undefined;
    return Number.parseInt(match, 10) * (/g$/iu.test(match) ? 1024 : 1);
  };
  const heap = option("-Xmx") ?? 512;
  const code = option("-XX:ReservedCodeCacheSize=") ?? (jvmOptions.includes("-XX:TieredStopAtLevel=1") ? 48 : 240);
  return heap + (option("-XX:MaxDirectMemorySize=") ?? heap) + (option("-XX:MaxMetaspaceSize=") ?? 256) + code + 128;
}

/** Escapes dollar signs, which compose would read as variables. */
function escaped<T extends object>(value: T): T {
  return JSON.parse(JSON.stringify(value).replaceAll("$", "$$$$")) as T;
}
