/**
 * Properties of Kafka's Java clients, in the form in which cloud consoles show them. Those that librdkafka has under another name or in another
 * form are translated; those that only Java clients have are ignored, or rejected with the property to use instead. Messages never quote a value.
 */

import type { ConfigLine } from "./kafka-config.ts";

export type JavaProperty =
  | { readonly kind: "translated"; readonly lines: readonly ConfigLine[] }
  /** `consequence` is the effect of ignoring the property; absent if there is none. */
  | { readonly kind: "ignored"; readonly consequence?: string }
  /** `why` continues the sentence that begins with the number of the line. */
  | { readonly kind: "refused"; readonly why: string; readonly hint: string };

/** Properties of ProducerConfig, ConsumerConfig and AdminClientConfig of Kafka 4.3.1 that librdkafka 2.15.1 does not have or need. */
const onlyJava = new Set(
  `bootstrap.controllers buffer.memory compression.gzip.level compression.lz4.level compression.zstd.level config.providers
  default.api.timeout.ms exclude.internal.topics fetch.max.wait.ms interceptor.classes internal.throw.on.fetch.stable.offset.unsupported
  max.block.ms metadata.max.idle.ms metric.reporters metrics.num.samples metrics.recording.level metrics.sample.window.ms
  partitioner.adaptive.partitioning.enable partitioner.availability.timeout.ms
  receive.buffer.bytes sasl.client.callback.handler.class sasl.kerberos.ticket.renew.jitter sasl.kerberos.ticket.renew.window.factor
  sasl.login.callback.handler.class sasl.login.class sasl.login.connect.timeout.ms sasl.login.read.timeout.ms
  sasl.login.refresh.buffer.seconds sasl.login.refresh.min.period.seconds sasl.login.refresh.window.factor
  sasl.login.refresh.window.jitter sasl.login.retry.backoff.max.ms sasl.login.retry.backoff.ms send.buffer.bytes
  share.acquire.mode socket.connection.setup.timeout.max.ms ssl.keymanager.algorithm
  ssl.secure.random.implementation ssl.trustmanager.algorithm ssl.truststore.password ssl.truststore.type
  transaction.two.phase.commit.enable auto.register.schemas use.latest.version use.schema.id`.split(/\s+/u),
);

/** Properties of serializers and of the schema registry, which streamctl does not use. */
const ofOtherTools = /^(?:schema\.registry|basic\.auth|bearer\.auth|confluent|specific\.avro|avro|json|protobuf)\.|\.(?:de)?serializer$/u;

const noSuchProperty = "Remove the line: librdkafka has no such property";

/** Properties that restrict the connections of a Java client. Ignoring them would allow connections that the user wants to prevent. */
const restrictions: ReadonlyMap<string, string> = new Map([
  ["ssl.enabled.protocols", `${noSuchProperty} and uses the newest TLS version of the brokers, so restrict the versions there`],
  ["ssl.protocol", `${noSuchProperty} and uses the newest TLS version of the brokers, so restrict the versions there`],
  [
    "ssl.engine.factory.class",
    `${noSuchProperty}; certificates are ssl.ca.location=FILE, ssl.certificate.location=FILE and ssl.key.location=FILE`,
  ],
  ["ssl.provider", "Write ssl.providers=NAME,NAME with providers of OpenSSL instead, or remove the line"],
  ["security.providers", "Write ssl.providers=NAME,NAME with providers of OpenSSL instead, or remove the line"],
]);

const otherPartitions = "your Java clients may send keys to other partitions, because streamctl uses the default partitioner of Java";

const keyStore = "a Java key store, which librdkafka cannot read";

/** How to handle a property; undefined if librdkafka has it, or if it is unknown. */
export function readJavaProperty({ number, name, value }: ConfigLine): JavaProperty | undefined {
  const as = (other: string, text = value): JavaProperty => ({ kind: "translated", lines: [{ number, name: other, value: text }] });
  if (onlyJava.has(name) || ofOtherTools.test(name)) return { kind: "ignored" };
  const restriction = restrictions.get(name);
  if (restriction !== undefined) return refuse(name, "which restricts Java clients but not librdkafka", restriction);
  switch (name) {
    case "partitioner.class":
      return { kind: "ignored", consequence: otherPartitions };
    case "partitioner.ignore.keys":
      return value.toLowerCase() === "true" ? { kind: "ignored", consequence: otherPartitions } : { kind: "ignored" };
    case "sasl.jaas.config":
      return readLogin(number, value);
    case "max.request.size":
      return as("message.max.bytes");
    case "ssl.endpoint.identification.algorithm":
      return value === "" ? as(name, "none") : undefined;
    case "ssl.truststore.location":
      return refuse(
        name,
        keyStore,
        "Export the certificates (keytool -exportcert -rfc -keystore STORE -alias NAME), and write ssl.ca.location=FILE",
      );
    case "ssl.truststore.certificates":
      return refuse(name, "which has another name in librdkafka", "Write the certificates to a file, and ssl.ca.location=FILE");
    case "ssl.keystore.certificate.chain":
      return refuse(name, "which has another name in librdkafka", "Write the chain to a file, and ssl.certificate.location=FILE");
    case "ssl.keystore.key":
      return refuse(name, "which has another name in librdkafka", "Write the key to a file, and ssl.key.location=FILE");
    case "ssl.keystore.type":
      if (value.toUpperCase() === "PKCS12") return { kind: "ignored" };
      return refuse(
        name,
        "but librdkafka reads only PKCS12 and PEM",
        "For PEM, write ssl.certificate.location=FILE and ssl.key.location=FILE",
      );
    default:
      return undefined;
  }
}

function refuse(name: string, why: string, hint: string): JavaProperty {
  return { kind: "refused", why: `sets ${name}, ${why}`, hint };
}

const login = /^[\w.$]*\.(?:Plain|Scram)LoginModule\s+(?:required|requisite|sufficient|optional)(?=\s)/u;
const option = /\s*(?<name>[\w.$-]+)\s*=\s*(?:"(?<double>[^"]*)"|'(?<single>[^']*)'|(?<bare>[^\s;"']+))/uy;
const loginHint = "Write sasl.username=NAME and sasl.password=${env:NAME} instead";

/** Translates a JAAS configuration into two properties, user name and password. Rejects anything ambiguous. */
function readLogin(number: number, value: string): JavaProperty {
  const refused = (why: string, hint = loginHint): JavaProperty => refuse("sasl.jaas.config", why, hint);
  const module = login.exec(value);
  if (module === null) return refuseLogin(refused);
  if (value.includes("\\")) return refused("with a backslash, which Java unescapes twice");
  const { found, end, again } = readOptions(value, module[0].length);
  const rest = value.slice(end).trim();
  if (again) return refused("which sets an option twice");
  if (!rest.startsWith(";")) return refused('which is not a list of name=value options that ends with ";"');
  if (rest !== ";") return refused('with text after the ";" of the first login');
  if (found.get("tokenauth")?.toLowerCase() === "true")
    return refused("with a delegation token (tokenauth), which librdkafka does not support");
  const [username, password] = [found.get("username"), found.get("password")];
  if (username === undefined || password === undefined) return refuseLogin(refused);
  return {
    kind: "translated",
    lines: [
      { number, name: "sasl.username", value: username },
      { number, name: "sasl.password", value: password },
    ],
  };
}

function refuseLogin(refused: (why: string, hint: string) => JavaProperty): JavaProperty {
  return refused(
    "without the user name and password of a PLAIN or SCRAM login",
    `${loginHint}; librdkafka has properties for other logins too`,
  );
}

/** Parses consecutive options from `start` on, and returns the position after them. */
function readOptions(
  value: string,
  start: number,
): { readonly found: ReadonlyMap<string, string>; readonly end: number; readonly again: boolean } {
  const found = new Map<string, string>();
  let [end, again] = [start, false];
  for (;;) {
    option.lastIndex = end;
    const { groups } = option.exec(value) ?? {};
    if (groups === undefined) return { found, end, again };
    end = option.lastIndex;
    const name = groups["name"] ?? "";
    again ||= found.has(name);
    found.set(name, groups["double"] ?? groups["single"] ?? groups["bare"] ?? "");
  }
}
