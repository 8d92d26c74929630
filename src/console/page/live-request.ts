/** Which events a view needs. Pure, so that a test can check each view. */

import type { LiveRequest } from "../api.ts";
import type { Route } from "./route.ts";

/** The parameters of `/api/live` for a route. */
export function liveRequest({ view, parameters }: Route): LiveRequest {
  const { topic, from, partition, filter, log, tab } = parameters;
  if (view === "messages" && topic !== undefined && from === "live" && tab === undefined)
    return { tail: topic, ...(partition === undefined ? {} : { partition }), ...(filter === undefined ? {} : { filter }) };
  if (view === "windows") return { windows: "1" };
  if (view === "processor") return { processor: "1" };
  if (view === "services") return { services: "1", ...(log === undefined ? {} : { log }) };
  return {};
}
