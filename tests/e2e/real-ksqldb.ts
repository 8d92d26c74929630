/** A real ksqlDB server: lists its queries and removes all objects. */

import { pollUntil } from "../../src/core/wait.ts";

interface Listed {
  readonly id: string;
  readonly sinkKafkaTopics?: readonly string[];
}

interface Source {
  readonly type: string;
  readonly name: string;
}

export class RealKsqldb {
  readonly url: string;
  readonly #seen = new Map<string, Set<string>>();

  constructor(url: string) {
    this.url = url;
  }

  /** Runs one statement. @throws Error with the server's message */
  async run(sql: string): Promise<any> {
    const body = JSON.stringify({ ksql: `${sql};` });
    const response = await fetch(`${this.url}/ksql`, { method: "POST", headers: { "content-type": "application/json" }, body });
    const answer = (await response.json()) as any;
    if (response.status !== 200) throw new Error(`${sql}: ${answer.message}`);
    const id: unknown = answer[0]?.commandId;
    if (typeof id !== "string") return answer[0];
    const ended = async (): Promise<string | undefined> => {
      const { status, message } = (await (await fetch(`${this.url}/status/${encodeURI(id)}`)).json()) as Record<string, string>;
      if (status === "ERROR") throw new Error(`${sql}: ${message}`);
      return status === "SUCCESS" ? status : undefined;
    };
    return await pollUntil(ended, { timeoutMs: 60_000, what: sql });
  }

  /** Ids of the queries that write to a topic. */
  async running(topic: string): Promise<readonly string[]> {
    const { queries } = (await this.run("SHOW QUERIES")) as { readonly queries: readonly Listed[] };
    const ids = queries.filter(({ sinkKafkaTopics }) => sinkKafkaTopics?.includes(topic) === true).map(({ id }) => id);
    this.#seen.set(topic, new Set([...(this.#seen.get(topic) ?? []), ...ids]));
    return ids;
  }

  /** Number of queries that write to a topic. */
  async started(topic: string): Promise<number> {
    await this.running(topic);
    return this.#seen.get(topic)?.size ?? 0;
  }

  /** Terminates every query and drops every stream and table, in dependency order. */
  async clear(): Promise<void> {
    await this.run("TERMINATE ALL");
    for (;;) {
      const { streams } = (await this.run("SHOW STREAMS")) as { readonly streams: readonly Source[] };
      const { tables } = (await this.run("SHOW TABLES")) as { readonly tables: readonly Source[] };
      const sources = [...tables, ...streams];
      if (sources.length === 0) return;
      const drops = sources.map(
        ({ type, name }) =>
          () =>
            this.run(`DROP ${type} \`${name}\``),
      );
      let refusal: unknown;
      let dropped = 0;
      for (const drop of drops) {
        await drop().then(
          () => (dropped += 1),
          (error: unknown) => (refusal = error),
        );
      }
      if (dropped === 0) throw refusal;
    }
  }
}
