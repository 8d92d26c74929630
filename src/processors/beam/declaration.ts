import type { ProcessorDeclaration } from "../plugin.ts";
import { programJsonReader } from "../program-json-reader.ts";
import { beamService } from "./service.ts";

/** Beam is downloaded from Maven Central and runs as a service of the stack. Used only when requested by name. */
export const beam = {
  name: "beam",
  label: "Beam",
  options: [],
  windowTopicConfig: {},
  jsonReader: programJsonReader("beam", "Beam"),
  sourceFromOptions: () => undefined,
  detect: async () => ({}),
  choose: () => ({}),
  describeReason: () => undefined,
  describeSource: () => ({ short: "none", long: "Beam" }),
  service: beamService,
  external: () => undefined,
  load: async () => (await import("./plugin.ts")).beamPlugin,
} as const satisfies ProcessorDeclaration;
