/**
 * Pinot's controller, as far as provisioning needs it. It accepts fields that it does not know and only names them in its answer:
 * here that is an error, and declarations are validated before anything is made of them.
 * https://docs.pinot.apache.org/users/api/controller-api-reference
 */

import { hasCode, StreamctlError } from "../../core/errors.ts";
import { exchange, type HttpAnswer, type HttpRequest } from "../../core/http.ts";
import { arrayAt, at, isObject, type JsonObject, numberAt, stringAt } from "../../core/json.ts";
import { pollUntil } from "../../core/wait.ts";
import { innermostCause } from "../java-error.ts";
import { type Patience, remainingMs, waitOptions } from "../patience.ts";

export class PinotController {
  readonly #url: string;
  readonly #patience: Patience;

  /** @param url address without a slash at its end */
  constructor(url: string, patience: Patience) {
    this.#url = url;
    this.#patience = patience;
  }

  /** The realtime table's configuration as Pinot keeps it; undefined where there is no such table. */
  async table(name: string): Promise<JsonObject | undefined> {
    const answer = await this.#ask(`/tables/${name}`);
    if (answer.status !== 200 && answer.status !== 404) throw refusal(`read table "${name}"`, answer);
    const table = at(answer.json, "REALTIME");
    return isObject(table) ? table : undefined;
  }

  async hasSchema(name: string): Promise<boolean> {
    const answer = await this.#ask(`/schemas/${name}`);
    if (answer.status !== 200 && answer.status !== 404) throw refusal(`read schema "${name}"`, answer);
    return answer.status === 200;
  }

  /** Has Pinot read both without making anything of them: what it would refuse or does not know is an error. */
  async validate(name: string, schema: JsonObject, table: JsonObject): Promise<void> {
    const body = { tableName: name, schema, realtime: table };
    await this.#change(`use the declarations of table "${name}"`, "/tableConfigs/validate", { method: "POST", body });
  }

  /** Makes the schema, or overwrites the one of that name, which Pinot refuses where a column of it changed or went away. */
  async putSchema(name: string, schema: JsonObject): Promise<void> {
    await this.#change(`create schema "${name}"`, "/schemas", { method: "POST", body: schema });
  }

  /** Its schema must be there. Pinot asks Kafka for the topic's partitions: the topic must be there too. */
  async createTable(name: string, table: JsonObject): Promise<void> {
    await this.#change(`create table "${name}"`, "/tables", { method: "POST", body: table });
  }

  async updateTable(name: string, table: JsonObject): Promise<void> {
    await this.#change(`update table "${name}"`, `/tables/${name}`, { method: "PUT", body: table });
  }

  /**
   * Deletes the realtime table with its segments and returns when no server holds any of it: a server that learns late of the
   * deletion would take a new table of the same name with it. A table that is not there is fine.
   */
  async deleteTable(name: string): Promise<void> {
    const answer = await this.#ask(`/tables/${name}?type=realtime&retention=0d`, { method: "DELETE" });
    if (answer.status !== 200 && answer.status !== 404) throw refusal(`delete table "${name}"`, answer);
    await pollUntil(
      async () => {
        const views = await Promise.all([this.#ask(`/tables/${name}/idealstate`), this.#ask(`/tables/${name}/externalview`)]);
        if (!views.every(({ status }) => status === 404)) return undefined;
        return (await this.#serverHolds(name)) ? undefined : true;
      },
      waitOptions(this.#patience, `Pinot to let go of table "${name}"`),
    );
  }

  /** Has the servers load the table's segments anew. */
  async resetSegments(name: string): Promise<void> {
    await this.#ask(`/segments/${name}_REALTIME/reset`, { method: "POST", body: {} });
  }

  /** Whether a server that can be asked lists the table. Their administration ports are often closed: those count as no. */
  async #serverHolds(name: string): Promise<boolean> {
    const instances = arrayAt((await this.#ask("/instances")).json, "instances");
    const servers = instances.filter((instance) => typeof instance === "string" && instance.startsWith("Server_"));
    const holds = await Promise.all(
      servers.map(async (server) => {
        const { json } = await this.#ask(`/instances/${String(server)}`);
        const host = stringAt(json, "hostName")?.replace(/^Server_/u, "");
        const port = numberAt(json, "adminPort");
        if (host === undefined || port === undefined || port <= 0) return false;
        const { signal } = this.#patience;
        const tables = await exchange(`http://${host}:${port}/tables`, { signal, timeoutMs: 1000 }).catch((error: unknown) => {
          if (hasCode(error, "unreachable")) return undefined;
          throw error;
        });
        return arrayAt(tables?.json, "tables").includes(`${name}_REALTIME`);
      }),
    );
    return holds.includes(true);
  }

  async deleteSchema(name: string): Promise<void> {
    const answer = await this.#ask(`/schemas/${name}`, { method: "DELETE" });
    if (answer.status !== 200 && answer.status !== 404) throw refusal(`delete schema "${name}"`, answer);
  }

  async #change(action: string, path: string, request: HttpRequest): Promise<void> {
    const answer = await this.#ask(path, request);
    if (answer.status !== 200) throw refusal(action, answer);
    const unknown = at(answer.json, "unrecognizedProperties");
    if (!isObject(unknown) || Object.keys(unknown).length === 0) return;
    const names = Object.keys(unknown).join(", ");
    throw new StreamctlError("pinot", `Cannot ${action}: Pinot does not know ${names}`, { hint: "Correct the spelling in pinot/*.json" });
  }

  #ask(path: string, request: HttpRequest = {}): Promise<HttpAnswer> {
    // With Kafka away, making a table takes Pinot 15 s to refuse.
    const timeoutMs = Math.min(remainingMs(this.#patience), 30_000);
    return exchange(`${this.#url}${path}`, { ...request, signal: this.#patience.signal, timeoutMs });
  }
}

function refusal(action: string, answer: HttpAnswer): StreamctlError {
  const reason = stringAt(answer.json, "error") ?? `status ${answer.status}`;
  if (reason.includes("partitionsFor")) {
    return new StreamctlError("pinot", `Cannot ${action}: its topic does not exist`, { cause: reason, hint: "Type `streamctl up`" });
  }
  if (reason.includes("TransientConsumerException")) {
    return new StreamctlError("pinot", `Cannot ${action}: Pinot does not reach Kafka`, { cause: reason, hint: "Type `streamctl status`" });
  }
  // Pinot repeats the whole text that it could not read.
  const readable = reason.replace(/(?<=Invalid \w+(?: config)? json string): .*/su, " (a field has a value that Pinot does not know)");
  return new StreamctlError("pinot", `Cannot ${action}: ${innermostCause(readable)}`, { cause: reason });
}
