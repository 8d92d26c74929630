import type { ProcessorDeclaration } from "../plugin.ts";
import { programJsonReader } from "../program-json-reader.ts";
import { beamService } from "./service.ts";
import { withoutSource } from "../without-source.ts";

/** Beam is downloaded from Maven Central and runs as a service of the stack. Used only when requested by name. */
export const beam = {
  ...withoutSource("Beam"),
  name: "beam",
  label: "Beam",
  windowTopicConfig: {},
  jsonReader: programJsonReader("beam", "Beam"),
  service: beamService,
  load: async () => (await import("./plugin.ts")).beamPlugin,
} as const satisfies ProcessorDeclaration;
