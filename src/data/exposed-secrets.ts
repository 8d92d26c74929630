/** Secrets that a request for `data` would send over the network in the clear. Names properties and addresses, never a value of a secret. */

import { isLoopback } from "../core/loopback.ts";
import type { KafkaProperties } from "../kafka/properties.ts";

/** Mechanisms of SASL that send the secret itself; SCRAM proves that both know it, and Kerberos sends tickets. */
const sendsSecret = { PLAIN: "the password of sasl.username", OAUTHBEARER: "the token of SASL OAUTHBEARER" } as const;

/** What goes where unencrypted, and what to do, one sentence each. Pure. */
export function exposedSecrets({
  brokers,
  kafkaProperties,
}: {
  readonly brokers: string;
  readonly kafkaProperties: KafkaProperties;
}): readonly string[] {
  return [passwordToBrokers(brokers, kafkaProperties), secretToTokenEndpoint(kafkaProperties)].filter((text) => text !== undefined);
}

function passwordToBrokers(brokers: string, properties: KafkaProperties): string | undefined {
  if (properties["security.protocol"]?.toLowerCase() !== "sasl_plaintext") return undefined;
  const mechanism = (properties["sasl.mechanism"] ?? properties["sasl.mechanisms"] ?? "").toUpperCase();
  const secret = Object.hasOwn(sendsSecret, mechanism) ? sendsSecret[mechanism as keyof typeof sendsSecret] : undefined;
  const away = brokers.split(",").find((broker) => !isLoopback(hostOf(broker)));
  if (secret === undefined || away === undefined) return undefined;
  const unused = Object.keys(properties).find((name) => name.startsWith("ssl."));
  const without = unused === undefined ? "" : `, and ${unused} has no effect`;
  return `Anybody on the way to ${away} can read ${secret}${without}: write security.protocol=sasl_ssl, if its listener speaks TLS`;
}

function secretToTokenEndpoint(properties: KafkaProperties): string | undefined {
  const text = properties["sasl.oauthbearer.token.endpoint.url"] ?? "";
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" || isLoopback(url.hostname) || !Object.hasOwn(properties, "sasl.oauthbearer.client.secret"))
    return undefined;
  return `Anybody on the way to ${url.host} can read sasl.oauthbearer.client.secret: write sasl.oauthbearer.token.endpoint.url with https`;
}

/** Of `host:port`, with a protocol before it or without. */
function hostOf(broker: string): string {
  const address = broker.trim().replace(/^\w+:\/\//u, "");
  return /^(?:\[[^\]]*\]|[^:]*)/u.exec(address)?.[0] ?? address;
}
