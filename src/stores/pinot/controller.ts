/**
 * Client for the parts of Pinot's controller API that provisioning uses. The controller accepts unknown fields and only lists them in its
 * answer. This client treats them as errors and validates declarations before it creates anything.
 * https://docs.pinot.apache.org/users/api/controller-api-reference
 */

import { hasCode, StreamctlError } from "../../core/errors.ts";
import { exchange, type HttpResponse, type HttpRequest } from "../../core/http.ts";
import { arrayAt, at, isObject, type JsonObject, numberAt, stringAt } from "../../core/json.ts";
import { pollUntil } from "../../core/wait.ts";
import { type StepDeadline, remainingMs, waitOptions } from "../../core/step-deadline.ts";
import { controllerRefusal } from "./controller-refusal.ts";
import { askForSegments, type SegmentAnswers, segmentsIn } from "./segments.ts";

/** Cluster setting with the start time of a table creation. Used only by streamctl; Pinot ignores it. */
const creationStartSetting = "streamctl.table-creation-began-at-ms";

export class PinotController {
  readonly #url: string;
  readonly #deadline: StepDeadline;

  /** @param url without a trailing slash */
  constructor(url: string, deadline: StepDeadline) {
    this.#url = url;
    this.#deadline = deadline;
  }

  /** The configuration of the realtime table; undefined if the table does not exist. */
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

  /** Asks Pinot to validate both without creating anything. Fails on invalid values and unknown fields. */
  async validate(name: string, schema: JsonObject, table: JsonObject): Promise<void> {
    const body = { tableName: name, schema, realtime: table };
    await this.#change(`use the declarations of table "${name}"`, "/tableConfigs/validate", { method: "POST", body });
  }

  /** Creates or overwrites the schema. Pinot refuses to overwrite it if a column changed or was removed. */
  async putSchema(name: string, schema: JsonObject): Promise<void> {
    await this.#change(`create schema "${name}"`, "/schemas", { method: "POST", body: schema });
  }

  /**
   * Requires that the schema and the topic exist: Pinot reads the topic's partitions from Kafka. If Pinot cannot reach Kafka, it fails only
   * after a long time, and then deletes any table of that name. So never call this while a creation may be pending. This method waits for
   * the answer until the deadline, and stores the start time of the creation in the cluster's settings.
   *
   * @throws StreamctlError `pinot` when Pinot refuses or does not answer in time
   */
  async createTable(name: string, table: JsonObject): Promise<void> {
    const action = `create table "${name}"`;
    const post = async (): Promise<HttpResponse> => {
      await this.#ask("/cluster/configs", { method: "POST", body: { [creationStartSetting]: String(Date.now()) } });
      const answer = await this.#ask("/tables", { method: "POST", body: table }, Number.POSITIVE_INFINITY);
      await this.#ask(`/cluster/configs/${creationStartSetting}`, { method: "DELETE" });
      return answer;
    };
    try {
      let answer = await post();
      if (answer.status === 409 && (await this.table(name)) === undefined) {
        // Pinot is still deleting an earlier table of that name.
        await this.#awaitDeletion(name);
        answer = await post();
      }
      requireChanged(action, answer);
    } catch (error) {
      if (!hasCode(error, "unreachable")) throw error;
      throw new StreamctlError("pinot", `Cannot ${action}: Pinot did not respond and may still be creating it`, {
        cause: error,
        hint: "Run: streamctl status, and once all services are healthy: streamctl up",
        facts: { engine: "pinot" },
      });
    }
  }

  /**
   * Waits until a creation that an earlier, interrupted command started has ended. Pinot 0.11 does not show a pending creation, so this
   * waits for the maximum time that it can take. Returns whether it had to wait.
   *
   * @throws StreamctlError `pinot` when that exceeds the deadline
   */
  async awaitPendingCreation(name: string): Promise<boolean> {
    const beganAtMs = Number(stringAt((await this.#ask("/cluster/configs")).json, creationStartSetting));
    if (Number.isNaN(beganAtMs)) return false;
    const version = stringAt((await this.#ask("/version")).json, "pinot-controller") ?? "";
    // Pinot 0.11 gives up on Kafka after 16 s, Pinot 1.5 after 225 s.
    const slowestMs = version.startsWith("0.") ? 30_000 : 300_000;
    const leftMs = Math.min(slowestMs, beganAtMs + slowestMs - Date.now());
    if (leftMs <= 0) return false;
    if (await this.isAssigned(name)) return true;
    if (leftMs >= remainingMs(this.#deadline)) {
      const message = `Cannot use Pinot table "${name}": an earlier \`up\` started to create it, and that may take another ${Math.ceil(leftMs / 1000)} s`;
      throw new StreamctlError("pinot", message, { hint: `Run: streamctl up --timeout ${Math.ceil(slowestMs / 1000) + 60}s` });
    }
    const options = { timeoutMs: leftMs, maxIntervalMs: 1000, signal: this.#deadline.signal, what: "the creation to end" };
    await pollUntil(async () => (await this.isAssigned(name)) || undefined, options).catch((error: unknown) => {
      if (!hasCode(error, "timeout")) throw error;
    });
    return true;
  }

  /** Whether segments of the table are assigned to a server: the last step of a creation. */
  async isAssigned(name: string): Promise<boolean> {
    return (await this.#assigned(name)).length > 0;
  }

  /** Servers that are assigned segments of the table and are not running, while another server is. They will not return. */
  async lostServers(name: string): Promise<readonly string[]> {
    const live = await this.#liveInstances();
    if (!live.some((instance) => instance.startsWith("Server_"))) return [];
    return (await this.#assigned(name)).filter((server) => !live.includes(server));
  }

  /** Removes brokers and servers that are not running, so that Pinot assigns nothing to them. No table may have segments on them. */
  async dropLostInstances(): Promise<void> {
    const live = await this.#liveInstances();
    const lost = strings(at((await this.#ask("/instances")).json, "instances")).filter(
      (instance) => /^(?:Broker|Server)_/u.test(instance) && !live.includes(instance),
    );
    // Pinot refuses to drop an instance that is still in use.
    for (const instance of lost) await this.#ask(`/instances/${instance}`, { method: "DELETE" });
  }

  /** Names of the servers to which segments of the table are assigned. */
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
   * Deletes the realtime table with its segments and waits until no server has any of them: a server that processes the deletion late would
   * delete a new table of the same name. Succeeds if the table does not exist.
   */
  async deleteTable(name: string): Promise<void> {
    const answer = await this.#ask(`/tables/${name}?type=realtime&retention=0d`, { method: "DELETE" });
    if (answer.status !== 200 && answer.status !== 404) throw controllerRefusal(`delete table "${name}"`, answer);
    await this.#awaitDeletion(name);
  }

  async #awaitDeletion(name: string): Promise<void> {
    await pollUntil(
      async () => {
        const answers = await this.#askForSegments(name);
        // If the segments were assigned to a server that no longer exists, an empty external view remains.
        if (answers.idealState.status !== 404 || segmentsIn(answers).length > 0) return undefined;
        return (await this.#serverHolds(name)) ? undefined : true;
      },
      waitOptions(this.#deadline, `Pinot to delete table "${name}"`),
    );
  }

  /**
   * Counts assigned segments that a server does not serve. `failed` means that a server could not load one; it does not retry by itself.
   * Queries omit these segments without an error.
   */
  async unservedSegments(name: string): Promise<{ readonly count: number; readonly failed: boolean }> {
    const replicas = segmentsIn(await this.#askForSegments(name)).flatMap((segment) => segment.replicas);
    const unserved = replicas.filter(({ wanted, reported }) => wanted !== "OFFLINE" && (reported === "ERROR" || reported === "OFFLINE"));
    return { count: unserved.length, failed: unserved.some(({ reported }) => reported === "ERROR") };
  }

  async #askForSegments(name: string): Promise<SegmentAnswers> {
    return await askForSegments(name, async (path) => await this.#ask(path));
  }

  /** Makes the servers reload the table's segments. */
  async resetSegments(name: string): Promise<void> {
    await this.#ask(`/segments/${name}_REALTIME/reset`, { method: "POST", body: {} });
  }

  /**
   * Whether a reachable server lists the table. A server with a closed admin port counts as not having it. Servers that are not running are
   * skipped, because another cluster may now use their port.
   */
  async #serverHolds(name: string): Promise<boolean> {
    const servers = (await this.#liveInstances()).filter((instance) => instance.startsWith("Server_"));
    const listed = await Promise.all(
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
    return listed.includes(true);
  }

  async deleteSchema(name: string): Promise<void> {
    const answer = await this.#ask(`/schemas/${name}`, { method: "DELETE" });
    if (answer.status !== 200 && answer.status !== 404) throw controllerRefusal(`delete schema "${name}"`, answer);
  }

  async #change(action: string, path: string, request: HttpRequest): Promise<void> {
    requireChanged(action, await this.#ask(path, request));
  }

  #ask(path: string, request: HttpRequest = {}, longestMs = 30_000): Promise<HttpResponse> {
    const timeoutMs = Math.min(remainingMs(this.#deadline), longestMs);
    return exchange(`${this.#url}${path}`, { ...request, signal: this.#deadline.signal, timeoutMs });
  }
}

function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** @throws StreamctlError `pinot` if Pinot refused the request or ignored unknown fields */
function requireChanged(action: string, answer: HttpResponse): void {
  if (answer.status !== 200) throw controllerRefusal(action, answer);
  const unknown = at(answer.json, "unrecognizedProperties");
  if (!isObject(unknown) || Object.keys(unknown).length === 0) return;
  const names = Object.keys(unknown).join(", ");
  throw new StreamctlError("pinot", `Cannot ${action}: unknown fields ${names}`, {
    hint: "Correct the field names in pinot/*.json",
    facts: { engine: "pinot", status: answer.status },
  });
}
