/** Finds secrets that `data` would send over the network unencrypted. The warnings name properties and addresses, never a secret. */

import { isLoopback } from "../core/loopback.ts";
import type { KafkaProperties } from "../kafka/properties.ts";

/** SASL mechanisms that send the secret itself. SCRAM and Kerberos do not. */
const sendsSecret = { PLAIN: "The password of sasl.username", OAUTHBEARER: "The token of SASL OAUTHBEARER" } as const;

/** One sentence per secret: what is sent where, and how to avoid it. */
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
  const remote = brokers.split(",").find((broker) => !isLoopback(hostOf(broker)));
  if (secret === undefined || remote === undefined) return undefined;
  const unused = Object.keys(properties).find((name) => name.startsWith("ssl."));
  const without = unused === undefined ? "" : `, and ${unused} has no effect`;
  return `${secret} is sent unencrypted to ${remote}${without}: write security.protocol=sasl_ssl if the listener uses TLS`;
}

function secretToTokenEndpoint(properties: KafkaProperties): string | undefined {
  const text = properties["sasl.oauthbearer.token.endpoint.url"] ?? "";
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== "http:" || isLoopback(url.hostname) || !Object.hasOwn(properties, "sasl.oauthbearer.client.secret"))
    return undefined;
  return `sasl.oauthbearer.client.secret is sent unencrypted to ${url.host}: use https in sasl.oauthbearer.token.endpoint.url`;
}

/** The host of `host:port` or `protocol://host:port`. */
function hostOf(broker: string): string {
  const address = broker.trim().replace(/^\w+:\/\//u, "");
  return /^(?:\[[^\]]*\]|[^:]*)/u.exec(address)?.[0] ?? address;
}
