import { ksqldbJsonReader } from "./json-reader.ts";
import { windowTopicConfig } from "./topic-config.ts";
import { ksqldbChecks, ksqldbService } from "./service.ts";
import type { ProcessorDeclaration } from "../plugin.ts";
import { authorization, exposedCredentials } from "./credentials.ts";
import {
  chooseKsqldb,
  describeReason,
  describeSource,
  detectKsqldb,
  ksqldbOptions,
  readSource,
  sourceFromOptions,
  howToProvideKsqldb,
} from "./source.ts";

/** No package registry has ksqlDB. It needs a running server, a folder with its jars, or its image. */
export const ksqldb = {
  name: "ksqldb",
  label: "ksqlDB",
  automatic: 1,
  options: ksqldbOptions,
  howToProvide: howToProvideKsqldb,
  windowTopicConfig,
  jsonReader: ksqldbJsonReader,
  takesQueries: true,
  sourceFromOptions,
  detect: detectKsqldb,
  choose: chooseKsqldb,
  describeReason,
  describeSource,
  service: ksqldbService,
  external(previous) {
    const source = readSource(previous);
    if (source === undefined || !("url" in source)) return undefined;
    const { url } = source;
    return {
      endpoint: url,
      probe: () => ({ kind: "http", checks: ksqldbChecks(url).map((check) => ({ ...check, headers: authorization() })) }),
      warning: exposedCredentials(url),
      afterStop: `ksqlDB at ${source.url} keeps running: streamctl did not start it. Its queries wait for Kafka until the next up`,
      afterRemoval: `ksqlDB at ${source.url} stored its commands in the deleted Kafka: restart it before the next up`,
    };
  },
  async inspect(previous, runtime) {
    const source = readSource(previous);
    if (source === undefined || !("home" in source)) return "not run from a local folder";
    const { inspectHome } = await import("./inspect.ts");
    return `installed in ${await inspectHome(source.home, runtime)}`;
  },
  load: async () => (await import("./plugin.ts")).ksqldbPlugin,
} as const satisfies ProcessorDeclaration;
