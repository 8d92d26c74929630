/** The segments of a realtime table, as the controller assigns them and as the servers report them. */

import type { HttpResponse } from "../../core/http.ts";
import { at, isObject, type JsonObject, stringAt } from "../../core/json.ts";

export interface Segment {
  readonly name: string;
  /** Whether the controller has it; a server may still report a segment that the controller deleted. */
  readonly assigned: boolean;
  /** One entry per server. */
  readonly replicas: readonly {
    /** The desired state according to the controller; `OFFLINE` if it gave up. Undefined if the server should not have the segment. */
    readonly wanted: string | undefined;
    /** The state that the server reports; undefined until it has begun to load the segment. */
    readonly reported: string | undefined;
  }[];
}

/** The controller's responses about one table. */
export interface SegmentAnswers {
  readonly idealState: HttpResponse;
  readonly externalView: HttpResponse;
}

/** Requests both from the controller. */
export async function askForSegments(table: string, ask: (path: string) => Promise<HttpResponse>): Promise<SegmentAnswers> {
  const [idealState, externalView] = await Promise.all([ask(`/tables/${table}/idealstate`), ask(`/tables/${table}/externalview`)]);
  return { idealState, externalView };
}

/** The assigned segments, and those that a server still reports; none if the table does not exist. */
export function segmentsIn({ idealState, externalView }: SegmentAnswers): readonly Segment[] {
  const [ideal, view] = [objectAt(idealState.json, "REALTIME"), objectAt(externalView.json, "REALTIME")];
  return keysOf(ideal, view).map((name) => {
    const servers = keysOf(objectAt(ideal, name), objectAt(view, name));
    const replicas = servers.map((server) => ({ wanted: stringAt(ideal, name, server), reported: stringAt(view, name, server) }));
    return { name, assigned: Object.hasOwn(ideal, name), replicas };
  });
}

function objectAt(json: unknown, name: string): JsonObject {
  const found = at(json, name);
  return isObject(found) ? found : {};
}

function keysOf(...objects: readonly JsonObject[]): readonly string[] {
  return [...new Set(objects.flatMap((one) => Object.keys(one)))];
}
