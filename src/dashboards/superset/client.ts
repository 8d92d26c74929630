/**
 * Client for the parts of Superset's REST API that provisioning uses, with the session of the user admin. A token (JWT) is not enough:
 * Superset treats requests to resources that everyone may read as anonymous, whatever token they have.
 */

import { StreamctlError } from "../../core/errors.ts";
import { exchange, type HttpRequest, type HttpResponse } from "../../core/http.ts";
import { arrayAt, isObject, type JsonObject, numberAt, stringAt } from "../../core/json.ts";
import { remainingMs, type StepDeadline } from "../../core/step-deadline.ts";
import type { ObjectKind } from "./bundle.ts";
import { adminUser } from "./service.ts";

export interface SupersetAccess {
  /** URL without a trailing slash. */
  readonly url: string;
  /** The password of the user admin. */
  readonly password: string;
  /** Where the password comes from, for error messages. */
  readonly passwordFile: string;
}

/** Objects per page of a list; Superset's maximum. */
const pageSize = 100;

/** The cookie of a session, which clients share: signing in takes longer than all other requests. */
export interface SupersetSession {
  cookie?: string;
}

export class SupersetClient {
  readonly #url: string;
  readonly #deadline: StepDeadline;
  readonly #session: SupersetSession;

  private constructor(url: string, session: SupersetSession, deadline: StepDeadline) {
    this.#url = url;
    this.#session = session;
    this.#deadline = deadline;
  }

  /**
   * Signs in, unless the session is signed in already. @throws StreamctlError `dashboard` if the password is wrong; `unreachable`,
   * `interrupted`
   */
  static async signIn(access: () => Promise<SupersetAccess>, session: SupersetSession, deadline: StepDeadline): Promise<SupersetClient> {
    const { url, password, passwordFile } = await access();
    const client = new SupersetClient(url, session, deadline);
    if (session.cookie !== undefined && (await client.#ask("/api/v1/me/")).status === 200) return client;
    const body = { username: adminUser, password, provider: "db", refresh: false };
    const login = await client.#ask("/api/v1/security/login", { method: "POST", body });
    const token = stringAt(login.json, "access_token");
    if (login.status === 401) {
      throw new StreamctlError("dashboard", `Cannot sign in to Superset as ${adminUser}: the password in "${passwordFile}" is wrong`, {
        hint: "Write the current password into that file, then run: streamctl up",
        facts: { engine: "superset", status: 401 },
      });
    }
    if (token === undefined) throw refusal("sign in to Superset", login);
    const form = new FormData();
    form.set("username", adminUser);
    form.set("password", password);
    const csrf = await client.#csrfToken({ authorization: `Bearer ${token}` });
    const page = await client.#ask("/login/", { method: "POST", body: form, headers: csrf, redirect: "manual" });
    if (page.status !== 302) throw refusal("sign in to Superset", page);
    return client;
  }

  /** All objects of a kind, with the given fields, in Superset's order: the latest change first. */
  async list(kind: ObjectKind, columns: readonly string[]): Promise<readonly JsonObject[]> {
    const found: JsonObject[] = [];
    for (let page = 0; ; page += 1) {
      const query = encodeURIComponent(`(columns:!(${columns.join(",")}),page:${page},page_size:${pageSize})`);
      const answer = await this.#ask(`/api/v1/${kind}/?q=${query}`);
      if (answer.status !== 200) throw refusal(`list the ${kind}s of Superset`, answer);
      found.push(...arrayAt(answer.json, "result").filter(isObject));
      if (found.length >= (numberAt(answer.json, "count") ?? 0) || arrayAt(answer.json, "result").length === 0) return found;
    }
  }

  /** Imports a bundle: creates its objects, and replaces those with the same UUIDs, all in one transaction. */
  async importBundle(zip: Uint8Array<ArrayBuffer>): Promise<void> {
    const form = new FormData();
    form.set("bundle", new Blob([zip], { type: "application/zip" }), "streamctl.zip");
    await this.#change("import the dashboards into Superset", "/api/v1/assets/import/", { method: "POST", body: form });
  }

  /** The id of a role. @throws StreamctlError `dashboard` if it does not exist */
  async roleId(name: string): Promise<number> {
    const query = encodeURIComponent(`(columns:!(id,name),filters:!((col:name,opr:eq,value:${name})))`);
    const answer = await this.#ask(`/api/v1/security/roles/?q=${query}`);
    const id = numberAt(answer.json, "result", 0, "id");
    if (id === undefined) throw refusal(`find role "${name}" in Superset`, answer);
    return id;
  }

  /** Changes fields of one object. */
  async update(kind: ObjectKind, id: number, body: JsonObject): Promise<void> {
    await this.#change(`update a ${kind} in Superset`, `/api/v1/${kind}/${id}`, { method: "PUT", body });
  }

  async #change(action: string, path: string, request: HttpRequest): Promise<void> {
    const answer = await this.#ask(path, { ...request, headers: await this.#csrfToken() });
    if (answer.status !== 200) throw refusal(action, answer);
  }

  async #csrfToken(headers: Readonly<Record<string, string>> = {}): Promise<Readonly<Record<string, string>>> {
    const answer = await this.#ask("/api/v1/security/csrf_token/", { headers });
    const token = stringAt(answer.json, "result");
    if (token === undefined) throw refusal("sign in to Superset", answer);
    return { "x-csrftoken": token };
  }

  /** Sends a request with the session's cookie, and keeps the cookie of the answer. */
  async #ask(path: string, { headers = {}, ...request }: HttpRequest = {}): Promise<HttpResponse> {
    const answer = await exchange(`${this.#url}${path}`, {
      ...request,
      headers: { ...(this.#session.cookie === undefined ? {} : { cookie: this.#session.cookie }), ...headers },
      signal: this.#deadline.signal,
      timeoutMs: Math.min(remainingMs(this.#deadline), 60_000),
    });
    const [cookie] = answer.cookies?.at(-1)?.split(";") ?? [];
    if (cookie !== undefined) this.#session.cookie = cookie;
    return answer;
  }
}

/** Superset's message: a text, or texts by the field that it rejects. */
function refusal(action: string, { status, json }: HttpResponse): StreamctlError {
  const error = arrayAt(json, "errors").find(isObject);
  const told = stringAt(json, "message") ?? stringAt(error, "message");
  return new StreamctlError("dashboard", `Cannot ${action}: ${told ?? `it returned status ${status}`}`, {
    ...(error === undefined ? {} : { detail: JSON.stringify(error["extra"] ?? error) }),
    hint: "Run: streamctl logs superset",
    retryable: status >= 502,
    facts: { engine: "superset", status },
  });
}
