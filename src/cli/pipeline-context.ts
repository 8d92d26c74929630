import type { PipelineContext } from "../pipeline/context.ts";
import { stateFolder } from "../state/state-folder.ts";
import type { CliContext } from "./context.ts";

export function pipelineContext({ globals, log, signal }: CliContext): PipelineContext {
  return { folder: stateFolder(globals.stateDir), declarationsDir: globals.declarationsDir, log, signal };
}
