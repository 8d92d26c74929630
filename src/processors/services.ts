/** The services that processors bring, each named as its processor. */

import type { ServiceType } from "../stack/service-type.ts";
import { flinkService } from "./flink/service.ts";
import { ksqldbService } from "./ksqldb/service.ts";

export const processorServices = { flink: flinkService, ksqldb: ksqldbService } as const satisfies Readonly<Record<string, ServiceType>>;

/** The one that every machine can run. */
export const defaultProcessor = "flink" satisfies keyof typeof processorServices;
