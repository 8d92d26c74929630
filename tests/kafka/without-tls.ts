import { loadAddon } from "../../src/kafka/addon.ts";

/** The reason for skipping tests of TLS and SASL; false if the addon supports them. */
export function withoutTls(): string | false {
  if (loadAddon().features.split(",").includes("ssl")) return false;
  return "SKIPPED, because librdkafka was built without TLS. Type: apt-get install libssl-dev && make build";
}
