/** The stack of the state folder, as the last `up` left it. */

import { stat } from "node:fs/promises";
import { openDeclarations } from "../../core/assets.ts";
import { silentLog } from "../../core/log.ts";
import type { PipelineContext } from "../../pipeline/context.ts";
import { type Endpoints, endpointsOf } from "../../pipeline/endpoints.ts";
import { openRuntime } from "../../pipeline/open-runtime.ts";
import { withoutAbsent } from "../../pipeline/optional-services.ts";
import { openProcessor, type StackProcessor } from "../../pipeline/stack-processor.ts";
import { chosenServices } from "../../pipeline/stack-services.ts";
import type { Runtime } from "../../stack/runtime.ts";
import type { ServiceDefinition } from "../../stack/service.ts";
import { readRunState, type RunState } from "../../state/run-state.ts";

export interface Stack {
  readonly state: RunState;
  readonly endpoints: Endpoints;
  readonly runtime: Runtime;
  readonly processor: StackProcessor;
  /** Its services, in display order. */
  readonly definitions: readonly ServiceDefinition[];
}

export class StackReader {
  readonly #context: PipelineContext;
  #read: { readonly version: string; readonly stack: Promise<Stack | undefined> } | undefined;

  constructor(context: PipelineContext) {
    this.#context = context;
  }

  /** Reads run.json again if it has changed; undefined if there is none. @throws StreamctlError `state` */
  async current(): Promise<Stack | undefined> {
    const { mtimeMs = 0, ino = 0, size = 0 } = (await stat(this.#context.folder.runFile).catch(() => undefined)) ?? {};
    const version = [mtimeMs, ino, size].join(" ");
    if (this.#read?.version !== version) this.#read = { version, stack: this.#open() };
    return await this.#read.stack;
  }

  async #open(): Promise<Stack | undefined> {
    const { folder, declarationsDir, signal } = this.#context;
    const state = await readRunState(folder);
    if (state === undefined) return undefined;
    const { choices } = state;
    const runtime = await openRuntime(choices, { folder, stackId: state.stack.id, declarationsDir, log: silentLog, signal });
    const endpoints = endpointsOf(choices);
    const place = { endpoints, runtime, declarations: openDeclarations(declarationsDir), stackId: state.stack.id };
    const processor = await openProcessor(choices, place);
    const definitions = withoutAbsent(chosenServices(choices), choices, state.services);
    return { state, endpoints, runtime, processor, definitions };
  }
}
