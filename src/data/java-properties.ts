/**
 * Properties of Kafka's Java clients, as they are pasted from a cloud's console into a file for librdkafka: what has another name or form
 * here is translated, what only Java knows is left out or refused with what takes its place. No text of these quotes a value.
 */

import type { ConfigLine } from "./kafka-config.ts";

export type JavaProperty =
  | { readonly kind: "translated"; readonly lines: readonly ConfigLine[] }
  /** `but` is what follows from that, said of the property; absent where nothing does. */
  | { readonly kind: "left out"; readonly but?: string }
  /** `why` goes on after the number of the line. */
  | { readonly kind: "refused"; readonly why: string; readonly hint: string };

/** Of ProducerConfig, ConsumerConfig and AdminClientConfig of Kafka 4.3.1: what librdkafka 2.15.1 does not know, and works without. */
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

/** Of serializers and of the schema registry: streamctl writes the values itself. */
const ofOtherTools = /^(?:schema\.registry|basic\.auth|bearer\.auth|confluent|specific\.avro|avro|json|protobuf)\.|\.(?:de)?serializer$/u;

const noSuchSetting = "Take the line out: librdkafka has no such setting";

/** What restricts whom a Java client trusts and how it speaks: without it, a client would do what its owner ruled out. */
const restrictions: ReadonlyMap<string, string> = new Map([
  ["ssl.enabled.protocols", `${noSuchSetting} and takes the newest TLS that the brokers speak, so restrict the versions there`],
  ["ssl.protocol", `${noSuchSetting} and takes the newest TLS that the brokers speak, so restrict the versions there`],
  [
    "ssl.engine.factory.class",
    `${noSuchSetting}; certificates are ssl.ca.location=FILE, ssl.certificate.location=FILE and ssl.key.location=FILE`,
  ],
  ["ssl.provider", "Write ssl.providers=NAME,NAME with providers of OpenSSL in its place, or take the line out"],
  ["security.providers", "Write ssl.providers=NAME,NAME with providers of OpenSSL in its place, or take the line out"],
]);

const otherPartitions = "keys may go to other partitions than from your Java clients, for streamctl places them as Java does by default";

const keyStore = "a Java key store that librdkafka cannot read";

/** What to do with a line; undefined where librdkafka knows the property, or nobody does. */
export function readJavaProperty({ number, name, value }: ConfigLine): JavaProperty | undefined {
  const as = (other: string, text = value): JavaProperty => ({ kind: "translated", lines: [{ number, name: other, value: text }] });
  if (onlyJava.has(name) || ofOtherTools.test(name)) return { kind: "left out" };
  const restriction = restrictions.get(name);
  if (restriction !== undefined) return refuse(name, "which restricts Java's clients and would not restrict this one", restriction);
  switch (name) {
    case "partitioner.class":
      return { kind: "left out", but: otherPartitions };
    case "partitioner.ignore.keys":
      return value.toLowerCase() === "true" ? { kind: "left out", but: otherPartitions } : { kind: "left out" };
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
        "Export the certificates (keytool -exportcert -rfc -keystore STORE -alias NAME), then ssl.ca.location=FILE",
      );
    case "ssl.truststore.certificates":
      return refuse(name, "which librdkafka reads under another name", "Write the certificates to a file, then ssl.ca.location=FILE");
    case "ssl.keystore.certificate.chain":
      return refuse(name, "which librdkafka reads under another name", "Write it to a file, then ssl.certificate.location=FILE");
    case "ssl.keystore.key":
      return refuse(name, "which librdkafka reads under another name", "Write it to a file, then ssl.key.location=FILE");
    case "ssl.keystore.type":
      if (value.toUpperCase() === "PKCS12") return { kind: "left out" };
      return refuse(name, "and librdkafka reads PKCS12 or PEM", "For PEM: ssl.certificate.location=FILE and ssl.key.location=FILE");
    default:
      return undefined;
  }
}

function refuse(name: string, why: string, hint: string): JavaProperty {
  return { kind: "refused", why: `gives ${name}, ${why}`, hint };
}

const login = /^[\w.$]*\.(?:Plain|Scram)LoginModule\s+(?:required|requisite|sufficient|optional)(?=\s)/u;
const option = /\s*(?<name>[\w.$-]+)\s*=\s*(?:"(?<double>[^"]*)"|'(?<single>[^']*)'|(?<bare>[^\s;"']+))/uy;
const inItsPlace = "Write sasl.username=NAME and sasl.password=${env:NAME} in its place";

/** The name and the password of a JAAS configuration, which librdkafka takes as two properties. What is not surely they is refused. */
function readLogin(number: number, value: string): JavaProperty {
  const no = (why: string, hint = inItsPlace): JavaProperty => refuse("sasl.jaas.config", why, hint);
  const module = login.exec(value);
  if (module === null) return noLogin(no);
  if (value.includes("\\")) return no("with a backslash, which Java reads in two ways one after the other");
  const { found, end, again } = readOptions(value, module[0].length);
  const rest = value.slice(end).trim();
  if (again) return no("with an option given twice");
  if (!rest.startsWith(";")) return no('which does not consist of options as name=value up to a ";"');
  if (rest !== ";") return no('with something behind the ";" of its first login');
  if (found.get("tokenauth")?.toLowerCase() === "true") return no("with a delegation token (tokenauth), by which librdkafka cannot log in");
  const [username, password] = [found.get("username"), found.get("password")];
  if (username === undefined || password === undefined) return noLogin(no);
  return {
    kind: "translated",
    lines: [
      { number, name: "sasl.username", value: username },
      { number, name: "sasl.password", value: password },
    ],
  };
}

function noLogin(no: (why: string, hint: string) => JavaProperty): JavaProperty {
  return no(
    "which only Java reads, without a name and a password of a plain or SCRAM login",
    `${inItsPlace}; other logins have properties of librdkafka too`,
  );
}

/** Options one after the other from `start` on, and where they end: a text in a value is no option. */
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
