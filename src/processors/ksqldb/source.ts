/** Where a stack's ksqlDB comes from: what was typed, what the state keeps, what this machine has. */

import { resolve } from "node:path";
import { StreamctlError } from "../../core/errors.ts";
import type { ProcessorSource, Reason } from "../../state/choices.ts";
import type { RuntimeName } from "../../state/service-identity.ts";
import type { ChoiceRequest, MachineFacts, MachineView, ProcessorChoice, ProcessorOption, TypedOptions } from "../plugin.ts";
import { credentialsVariable } from "./credentials.ts";

/** A server that is not ours, a folder from which streamctl runs one, or Confluent's image, which only containers can be made of. */
export type KsqldbSource = { readonly url: string } | { readonly home: string } | { readonly image: true };

const urlOption = "ksqldb-url";
const homeOption = "ksqldb-home";
const homeVariable = "STREAMCTL_KSQLDB_HOME";
const imageVariable = "STREAMCTL_KSQLDB_IMAGE";

export const ksqldbOptions: readonly ProcessorOption[] = [
  { name: urlOption, valueHint: "URL", description: "A ksqlDB server that runs already, on this stack's Kafka" },
  { name: homeOption, valueHint: "DIR", description: `A folder with an installed ksqlDB (or ${homeVariable})` },
];

/** The three ways to ksqlDB, for whoever asked for it without one. */
export const waysToKsqldb = `Give a running server (--${urlOption} URL), a folder with Confluent's archive or its jars (--${homeOption} DIR, or ${homeVariable}), or take its image (--runtime docker)`;

/** A source as the state keeps it; undefined for none, and for one that is not ksqlDB's. */
export function readSource(kept: ProcessorSource | undefined): KsqldbSource | undefined {
  const { url, home, image } = kept ?? {};
  if (typeof url === "string") return { url };
  if (typeof home === "string") return { home };
  return image === true ? { image } : undefined;
}

/** @throws StreamctlError `usage` for two sources, and for an address that cannot be used */
export function typedSource({ [urlOption]: url, [homeOption]: home }: TypedOptions): KsqldbSource | undefined {
  if (url !== undefined && home !== undefined) {
    throw new StreamctlError("usage", `Cannot use both --${urlOption} and --${homeOption}: which of them is not clear`, {
      hint: "Leave one of them out",
    });
  }
  if (home !== undefined) return { home: resolve(home) };
  return url === undefined ? undefined : { url: serverUrl(url) };
}

function serverUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.protocol === "http:" || url.protocol === "https:") && url.username === "") return url.href.replace(/\/+$/u, "");
  if (url?.username) {
    throw new StreamctlError("usage", `Cannot use an address with a name or a password for --${urlOption}: it would be kept in the state`, {
      hint: `Give them in the environment: ${credentialsVariable}=user:password`,
    });
  }
  throw new StreamctlError("usage", `Cannot use "${text}" for --${urlOption}: it is no address of a server`, {
    hint: `Write it out: --${urlOption} http://127.0.0.1:8088`,
  });
}

/** The folder that the environment names, and whether an image of ksqlDB is at hand. */
export async function detectKsqldb({ declarations, environment, options, mayTakeImage, haveImages }: MachineView): Promise<MachineFacts> {
  const given = environment[homeVariable] ?? "";
  const home = given === "" ? {} : { home: resolve(given) };
  if ((environment[imageVariable] ?? "") !== "") return { ...home, image: true };
  const needless = given !== "" || options[urlOption] !== undefined || options[homeOption] !== undefined;
  if (!mayTakeImage || needless) return { ...home, image: false };
  const { imageSource } = await import("../../stack/docker/image.ts");
  return { image: await haveImages([imageSource(declarations, environment).bases["KSQLDB_IMAGE"] ?? ""]) };
}

/** What was typed, or else what was chosen before, or else what is at hand. Pure. */
export function chooseKsqldb(request: ChoiceRequest): ProcessorChoice | StreamctlError {
  const source = readSource(request.typed) ?? usableSource(readSource(request.kept), request.runtime) ?? sourceAtHand(request);
  if (source !== undefined) return { source, reason: reasonOf(source) };
  return new StreamctlError("prerequisite", "Cannot use --processor ksqldb: ksqlDB is in no package registry, and none was given", {
    hint: waysToKsqldb,
  });
}

/** An image makes containers only. */
function usableSource(source: KsqldbSource | undefined, runtime: RuntimeName): KsqldbSource | undefined {
  return source && "image" in source && runtime !== "docker" ? undefined : source;
}

/** The ksqlDB that can be had without a word about it: in containers Confluent's image, which is pulled only for who asked for ksqlDB. */
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
      return `the server at ${facts["url"] ?? ""} is there`;
    case "installed":
      return `it is installed in ${facts["home"] ?? ""}`;
    case "image":
      return "it comes as an image";
    default:
      return undefined;
  }
}

export function describeSource(kept: ProcessorSource): { readonly short: string; readonly long: string } {
  const source = readSource(kept);
  if (source === undefined || "image" in source) return { short: "an image", long: "ksqlDB, from an image of its own" };
  if ("url" in source) return { short: source.url, long: `the ksqlDB server at ${source.url}, which is not ours` };
  return { short: source.home, long: `ksqlDB, installed in ${source.home}` };
}
