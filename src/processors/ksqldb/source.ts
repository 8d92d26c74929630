/** Chooses the source of a stack's ksqlDB: from options, from the state, or from what the machine has. */

import { resolve } from "node:path";
import { StreamctlError } from "../../core/errors.ts";
import type { ProcessorSource, Reason } from "../../state/choices.ts";
import type { RuntimeName } from "../../state/service-identity.ts";
import type { ChoiceRequest, MachineFacts, MachineView, ProcessorChoice, ProcessorOption, OptionValues } from "../plugin.ts";
import { credentialsVariable } from "./credentials.ts";

/** An external server, a folder from which streamctl runs a server, or Confluent's image, which needs the docker runtime. */
export type KsqldbSource = { readonly url: string } | { readonly home: string } | { readonly image: true };

const urlOption = "ksqldb-url";
const homeOption = "ksqldb-home";
const homeVariable = "STREAMCTL_KSQLDB_HOME";
const imageVariable = "STREAMCTL_KSQLDB_IMAGE";

export const ksqldbOptions: readonly ProcessorOption[] = [
  { name: urlOption, valueHint: "URL", description: "A running ksqlDB server that uses this stack's Kafka", external: true },
  { name: homeOption, valueHint: "DIR", description: `A folder with a ksqlDB installation (or ${homeVariable})` },
];

/** Hint on the three possible sources. */
export const howToProvideKsqldb = `Use a running server (--${urlOption} URL), a folder with Confluent's archive or its jars (--${homeOption} DIR, or ${homeVariable}), or its image (--runtime docker)`;

/** Parses a source from the state; undefined if there is none, or if it is not a source of ksqlDB. */
export function readSource(stored: ProcessorSource | undefined): KsqldbSource | undefined {
  const { url, home, image } = stored ?? {};
  if (typeof url === "string") return { url };
  if (typeof home === "string") return { home };
  return image === true ? { image } : undefined;
}

/** @throws StreamctlError `usage` for two sources, or an invalid URL */
export function sourceFromOptions({ [urlOption]: url, [homeOption]: home }: OptionValues): KsqldbSource | undefined {
  if (url !== undefined && home !== undefined) {
    throw new StreamctlError("usage", `Cannot use both --${urlOption} and --${homeOption}`, {
      hint: "Use only one of them",
    });
  }
  if (home !== undefined) return { home: resolve(home) };
  return url === undefined ? undefined : { url: serverUrl(url) };
}

/** Of an invalid URL, nothing that may be a secret is shown. */
function serverUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.username !== "" || url.password !== "")) {
    throw new StreamctlError("usage", `Cannot use a URL with credentials for --${urlOption}: they would be stored in the state`, {
      hint: `Set the environment variable ${credentialsVariable}=user:password`,
    });
  }
  const hint = `Example: --${urlOption} http://127.0.0.1:8088`;
  // Paths of the server's API are appended to the URL.
  if (url && /[?#]/u.test(text))
    throw new StreamctlError("usage", `Cannot use a URL with a query or a fragment for --${urlOption}`, { hint });
  if (url && (url.protocol === "http:" || url.protocol === "https:")) return url.href.replace(/\/+$/u, "");
  const shown = /[@?#]/u.test(text) ? "the given value" : `"${text}"`;
  throw new StreamctlError("usage", `Cannot use ${shown} for --${urlOption}: it is not an HTTP URL`, { hint });
}

/** Detects the folder in the environment, and whether an image of ksqlDB is available. */
export async function detectKsqldb({ declarations, environment, options, mayUseImage, haveImages }: MachineView): Promise<MachineFacts> {
  const given = environment[homeVariable] ?? "";
  const home = given === "" ? {} : { home: resolve(given) };
  if ((environment[imageVariable] ?? "") !== "") return { ...home, image: true };
  const needless = given !== "" || options[urlOption] !== undefined || options[homeOption] !== undefined;
  if (!mayUseImage || needless) return { ...home, image: false };
  const { imageSource } = await import("../../stack/docker/image.ts");
  return { image: await haveImages([imageSource(declarations, environment).bases["KSQLDB_IMAGE"] ?? ""]) };
}

/** Chooses the requested source, else the previous one, else an available one. Pure. */
export function chooseKsqldb(request: ChoiceRequest): ProcessorChoice | StreamctlError {
  const source = readSource(request.requested) ?? usableSource(readSource(request.previous), request.runtime) ?? sourceAtHand(request);
  if (source !== undefined) return { source, reason: reasonOf(source) };
  return new StreamctlError("prerequisite", "Cannot use --processor ksqldb: no package registry has ksqlDB, and no source was given", {
    hint: howToProvideKsqldb,
  });
}

/** An image is usable only with the docker runtime. */
function usableSource(source: KsqldbSource | undefined, runtime: RuntimeName): KsqldbSource | undefined {
  return source && "image" in source && runtime !== "docker" ? undefined : source;
}

/** A source that needs no option. Confluent's image is pulled only if ksqlDB was requested by name. */
function sourceAtHand({ runtime, named, facts: { home, image } }: ChoiceRequest): KsqldbSource | undefined {
  if (typeof home === "string") return { home };
  return runtime === "docker" && (image === true || named) ? { image: true } : undefined;
}

function reasonOf(source: KsqldbSource): Reason {
  if ("url" in source) return { code: "server", facts: { url: source.url } };
  return "home" in source ? { code: "installed", facts: { home: source.home } } : { code: "image" };
}

export function describeReason({ code, facts = {} }: Reason): string | undefined {
  switch (code) {
    case "server":
      return `the server at ${facts["url"] ?? ""} was given`;
    case "installed":
      return `it is installed in ${facts["home"] ?? ""}`;
    case "image":
      return "its image is available";
    default:
      return undefined;
  }
}

export function describeSource(stored: ProcessorSource): { readonly short: string; readonly long: string } {
  const source = readSource(stored);
  if (source === undefined || "image" in source) return { short: "an image", long: "ksqlDB, from an image" };
  if ("url" in source) return { short: source.url, long: `the external ksqlDB server at ${source.url}` };
  return { short: source.home, long: `ksqlDB, installed in ${source.home}` };
}
