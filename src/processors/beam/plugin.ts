import type { ProcessorPlugin } from "../plugin.ts";
import { programPlugin } from "../program-processor.ts";
import { beam } from "./declaration.ts";
import { beamSources } from "./service.ts";

export const beamPlugin: ProcessorPlugin = programPlugin(({ endpoints: { beamControl = "" } }) => ({
  name: beam.name,
  service: beam.service.name,
  label: beam.label,
  controlUrl: beamControl,
  sources: ["config/beam/pom.xml", ...beamSources],
  readsAddedPartitions: false,
}));
