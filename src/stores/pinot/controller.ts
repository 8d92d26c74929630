/**
 * Pinot's controller, as far as provisioning needs it. It accepts fields that it does not know and only names them in its answer:
 * here that is an error, and declarations are validated before anything is made of them.
 * https://docs.pinot.apache.org/users/api/controller-api-reference
 */

import { hasCode, StreamctlError } from "../../core/errors.ts";
import { exchange, type HttpAnswer, type HttpRequest } from "../../core/http.ts";
import { arrayAt, at, isObject, type JsonObject, numberAt, stringAt } from "../../core/json.ts";
import { pollUntil } from "../../core/wait.ts";
import { type StepDeadline, remainingMs, waitOptions } from "../../core/step-deadline.ts";
import { controllerRefusal } from "./controller-refusal.ts";

/** The cluster's setting that says when a creation of a table began; no part of Pinot knows it. */
const creationMark = "streamctl.table-creation-began-at-ms";

export class PinotController {
  readonly #url: string;
  readonly #deadline: StepDeadline;

  /** @param url address without a slash at its end */
  constructor(url: string, deadline: StepDeadline) {
    this.#url = url;
    this.#deadline = deadline;
  }

  /** The realtime table's configuration as Pinot keeps it; undefined where there is no such table. */
  async table(name: string): Promise<JsonObject | undefined> {
    const answer = await this.#ask(`/tables/${name}`);
    if (answer.status !== 200 && answer.status !== 404) throw controllerRefusal(`read table "${name}"`, answer);
    const table = at(answer.json, "REALTIME");
    return isObject(table) ? table : undefined;
  }

  async hasSchema(name: string): Promise<boolean> {
    const answer = await this.#ask(`/schemas/${name}`);
    if (answer.status !== 200 && answer.status !== 404) throw controllerRefusal(`read schema "${name}"`, answer);
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

  /**
   * Its schema must be there. Pinot asks Kafka for the topic's partitions: the topic must be there too. Where Pinot does not reach
   * Kafka it refuses after a long time, and then removes whatever table of that name it finds: so nothing is posted while a creation
   * may be under way, the answer is awaited for as long as the deadline allows, and the cluster keeps when the creation began.
   *
   * @throws StreamctlError `pinot` when Pinot refuses, or does not answer in time
   */
  async createTable(name: string, table: JsonObject): Promise<void> {
    const action = `create table "${name}"`;
    const post = async (): Promise<HttpAnswer> => {
      await this.#ask("/cluster/configs", { method: "POST", body: { [creationMark]: String(Date.now()) } });
      const answer = await this.#ask("/tables", { method: "POST", body: table }, Number.POSITIVE_INFINITY);
      await this.#ask(`/cluster/configs/${creationMark}`, { method: "DELETE" });
      return answer;
    };
    try {
      let answer = await post();
      if (answer.status === 409 && (await this.table(name)) === undefined) {
        // A table of that name was deleted, and Pinot has not done with it.
        await this.#untilGone(name);
        answer = await post();
      }
      requireChanged(action, answer);
    } catch (error) {
      if (!hasCode(error, "unreachable")) throw error;
      throw new StreamctlError("pinot", `Cannot ${action}: Pinot did not answer, and may still be creating it`, {
        cause: error,
        hint: "Type `streamctl status`, and once all is healthy `streamctl up`",
        facts: { engine: "pinot" },
      });
    }
  }

  /**
   * Waits for as long as an earlier creation that nobody saw the end of may take: Pinot 0.11 shows no trace of it until it is over.
   *
   * @throws StreamctlError `pinot` when that is beyond the deadline
   */
  async awaitEarlierCreation(name: string): Promise<void> {
    const beganAtMs = Number(stringAt((await this.#ask("/cluster/configs")).json, creationMark));
    if (Number.isNaN(beganAtMs)) return;
    const version = stringAt((await this.#ask("/version")).json, "pinot-controller") ?? "";
    // Pinot 0.11 gives up on Kafka after 16 s, Pinot 1.5 after 225 s.
    const slowestMs = version.startsWith("0.") ? 30_000 : 300_000;
    const leftMs = Math.min(slowestMs, beganAtMs + slowestMs - Date.now());
    if (leftMs <= 0) return;
    if (leftMs >= remainingMs(this.#deadline)) {
      const message = `Cannot use Pinot table "${name}": an earlier \`up\` began to create it, and Pinot may be at it for ${Math.ceil(leftMs / 1000)} s`;
      throw new StreamctlError("pinot", message, { hint: `Type: streamctl up --timeout ${Math.ceil(slowestMs / 1000) + 60}s` });
    }
    const options = { timeoutMs: leftMs, maxIntervalMs: 1000, signal: this.#deadline.signal, what: "the creation to end" };
    await pollUntil(async () => (await this.isAssigned(name)) || undefined, options).catch((error: unknown) => {
      if (!hasCode(error, "timeout")) throw error;
    });
  }

  /** Whether segments of the table are assigned to a server: what Pinot does last when it creates one. */
  async isAssigned(name: string): Promise<boolean> {
    return (await this.#assigned(name)).length > 0;
  }

  /** Servers that the table's segments are assigned to and that do not run, while another one does: those do not come back. */
  async lostServers(name: string): Promise<readonly string[]> {
    const live = await this.#liveInstances();
    if (!live.some((instance) => instance.startsWith("Server_"))) return [];
    return (await this.#assigned(name)).filter((server) => !live.includes(server));
  }

  /** Removes brokers and servers that do not run, so that nothing is assigned to them. No table may have segments there any more. */
  async dropLostInstances(): Promise<void> {
    const live = await this.#liveInstances();
    const lost = strings(at((await this.#ask("/instances")).json, "instances")).filter(
      (instance) => /^(?:Broker|Server)_/u.test(instance) && !live.includes(instance),
    );
    // Pinot refuses by itself to drop what it still needs.
    for (const instance of lost) await this.#ask(`/instances/${instance}`, { method: "DELETE" });
  }

  /** Names of the servers that hold, or should hold, segments of the table. */
  async #assigned(name: string): Promise<readonly string[]> {
    const segments = at((await this.#ask(`/tables/${name}/idealstate`)).json, "REALTIME");
    const servers = Object.values(isObject(segments) ? segments : {}).flatMap((states) => (isObject(states) ? Object.keys(states) : []));
    return [...new Set(servers)];
  }

  async #liveInstances(): Promise<readonly string[]> {
    const cluster = stringAt((await this.#ask("/cluster/info")).json, "clusterName") ?? "";
    return strings((await this.#ask(`/zk/ls?path=/${encodeURIComponent(cluster)}/LIVEINSTANCES`)).json);
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
    if (answer.status !== 200 && answer.status !== 404) throw controllerRefusal(`delete table "${name}"`, answer);
    await this.#untilGone(name);
  }

  async #untilGone(name: string): Promise<void> {
    await pollUntil(
      async () => {
        const [wanted, seen] = await Promise.all([this.#ask(`/tables/${name}/idealstate`), this.#ask(`/tables/${name}/externalview`)]);
        if (wanted.status !== 404) return undefined;
        // Where the segments were assigned to a server that is gone, an empty view stays.
        const view = at(seen.json, "REALTIME");
        if (seen.status !== 404 && isObject(view) && Object.keys(view).length > 0) return undefined;
        return (await this.#serverHolds(name)) ? undefined : true;
      },
      waitOptions(this.#deadline, `Pinot to let go of table "${name}"`),
    );
  }

  /**
   * Segments that a server should serve and does not: `failed` where it could not load them, which it does not try again by itself.
   * Queries leave them out, without an error.
   */
  async unservedSegments(name: string): Promise<{ readonly count: number; readonly failed: boolean }> {
    const answers = await Promise.all([this.#ask(`/tables/${name}/idealstate`), this.#ask(`/tables/${name}/externalview`)]);
    const [wanted, seen] = answers.map(({ json }) => at(json, "REALTIME"));
    const states = Object.entries(isObject(seen) ? seen : {}).flatMap(([segment, servers]) =>
      Object.entries(isObject(servers) ? servers : {}).map(([server, state]) => ({ state, wanted: at(wanted, segment, server) })),
    );
    const unserved = states.filter((one) => one.wanted !== "OFFLINE" && (one.state === "ERROR" || one.state === "OFFLINE"));
    return { count: unserved.length, failed: unserved.some(({ state }) => state === "ERROR") };
  }

  /** Has the servers load the table's segments anew. */
  async resetSegments(name: string): Promise<void> {
    await this.#ask(`/segments/${name}_REALTIME/reset`, { method: "POST", body: {} });
  }

  /**
   * Whether a server that can be asked lists the table. Their administration ports are often closed: those count as no. Of a server that
   * does not run, the port may be another cluster's by now.
   */
  async #serverHolds(name: string): Promise<boolean> {
    const servers = (await this.#liveInstances()).filter((instance) => instance.startsWith("Server_"));
    const holds = await Promise.all(
      servers.map(async (server) => {
        const { json } = await this.#ask(`/instances/${server}`);
        const host = stringAt(json, "hostName")?.replace(/^Server_/u, "");
        const port = numberAt(json, "adminPort");
        if (host === undefined || port === undefined || port <= 0) return false;
        const { signal } = this.#deadline;
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
    if (answer.status !== 200 && answer.status !== 404) throw controllerRefusal(`delete schema "${name}"`, answer);
  }

  async #change(action: string, path: string, request: HttpRequest): Promise<void> {
    requireChanged(action, await this.#ask(path, request));
  }

  #ask(path: string, request: HttpRequest = {}, longestMs = 30_000): Promise<HttpAnswer> {
    const timeoutMs = Math.min(remainingMs(this.#deadline), longestMs);
    return exchange(`${this.#url}${path}`, { ...request, signal: this.#deadline.signal, timeoutMs });
  }
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** @throws StreamctlError `pinot` where Pinot refused, or left out what it does not know */
function requireChanged(action: string, answer: HttpAnswer): void {
  if (answer.status !== 200) throw controllerRefusal(action, answer);
  const unknown = at(answer.json, "unrecognizedProperties");
  if (!isObject(unknown) || Object.keys(unknown).length === 0) return;
  const names = Object.keys(unknown).join(", ");
  throw new StreamctlError("pinot", `Cannot ${action}: Pinot does not know ${names}`, {
    hint: "Correct the spelling in pinot/*.json",
    facts: { engine: "pinot", status: answer.status },
  });
}
