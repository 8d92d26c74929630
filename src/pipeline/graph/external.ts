/** A server that streamctl does not start: the one that computes, and those that are no longer chosen and still hold what is ours. */

import type { Resource } from "../../core/resource.ts";
import type { GraphOptions } from "./graph.ts";
import { ksqldbPlace, releaseServer, requireSameKafka } from "../ksqldb.ts";
import { authorization } from "../../processors/ksqldb/credentials.ts";
import { ksqldbChecks } from "../../processors/ksqldb/service.ts";
import { windowsTopic } from "../../spec/names.ts";
import { isReady } from "../../stack/health.ts";

type Place = Pick<GraphOptions, "endpoints" | "runtime" | "declarations" | "kafkaProbe">;

/** The server that was chosen, as a service that is only waited for. */
export function externalServer({ endpoints, runtime, kafkaProbe }: Place, kafka: Resource): Resource<boolean, undefined> {
  const url = endpoints.ksqldb;
  return {
    kind: "service",
    name: "ksqldb",
    hidden: true,
    needs: [kafka],
    async observe({ signal }) {
      const checks = ksqldbChecks(url).map((check) => ({ ...check, headers: authorization() }));
      return await isReady({ kind: "http", checks }, kafkaProbe, signal);
    },
    decide: (healthy) =>
      healthy ? { operation: "keep", cause: `${url} answers` } : { operation: "await", cause: `${url} does not answer` },
    async apply(_, { deadline }) {
      await requireSameKafka(url, endpoints.kafka, runtime.dataOf("kafka"), deadline);
      return { facts: undefined };
    },
  };
}

/** What streamctl made on a server that is no longer chosen: it is taken back before anything else writes the windows. */
export function releasedComputation(url: string, kafka: Resource, options: Place): Resource<undefined, undefined> {
  return {
    kind: "job",
    name: windowsTopic.name,
    needs: [kafka],
    holder: kafka,
    observe: async () => undefined,
    recall: () => undefined,
    decide: () => ({ operation: "remove", cause: `the ksqlDB server at ${url} is no longer chosen` }),
    async apply(_, { deadline, log }) {
      await releaseServer(ksqldbPlace(url, false, options), log, deadline.signal ?? new AbortController().signal);
      return { facts: undefined };
    },
  };
}
