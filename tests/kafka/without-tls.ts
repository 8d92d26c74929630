import { loadAddon } from "../../src/kafka/addon.ts";

/** Why nothing of TLS and SASL can be tested here; false where it can. */
export function withoutTls(): string | false {
  if (loadAddon().features.split(",").includes("ssl")) return false;
  return "SKIPPED, because librdkafka was built without TLS. Type: apt-get install libssl-dev && make build";
}
