/**
 * A FAKE Superset for the requests that streamctl makes. It replays answers that were recorded from Superset 6.1.0: its lists are those of
 * an empty Superset until a bundle is imported.
 */

import { type Exchange, recordedAnswer } from "../../processors/recordings.ts";

const recorded = (file: string, pattern: RegExp): Exchange => recordedAnswer(`superset-6.1.0/${file}.http`, pattern);

const answers = {
  login: recorded("created", /security\/login/u),
  wrongPassword: recorded("wrong-password", /security\/login/u),
  csrf: recorded("created", /csrf_token/u),
  session: recorded("created", /POST \/login\//u),
  imported: recorded("created", /assets\/import/u),
  refused: recorded("refused", /assets\/import/u),
  roles: recorded("created", /security\/roles/u),
};

export interface FakeSuperset extends AsyncDisposable {
  readonly url: string;
  /** Such as `PUT /api/v1/dashboard/1 {"roles":[2]}`, in order; without the requests for CSRF tokens. */
  readonly requests: string[];
  /** The ZIP files that were imported. */
  readonly bundles: Uint8Array[];
  /** From now on imports are refused. */
  refuseImports(): void;
  /** Changes the rows of one list. */
  edit(kind: string, change: (rows: readonly Record<string, unknown>[]) => readonly Record<string, unknown>[]): void;
}

export const password = "right";

export function startFakeSuperset(): FakeSuperset {
  const requests: string[] = [];
  const bundles: Uint8Array[] = [];
  const edits = new Map<string, (rows: readonly Record<string, unknown>[]) => readonly Record<string, unknown>[]>();
  let refuses = false;
  /** The value of `extra` that was set last. */
  let extra: unknown = null;

  function list(kind: string): Exchange {
    const recordedList = recorded(bundles.length === 0 ? "absent" : "created", new RegExp(`GET /api/v1/${kind}/`, "u"));
    const json = JSON.parse(recordedList.text);
    const rows = kind === "dataset" ? json.result.map((row: object) => ({ ...row, extra })) : json.result;
    const result = edits.get(kind)?.(rows) ?? rows;
    return { ...recordedList, text: JSON.stringify({ ...json, result, count: result.length }) };
  }

  async function answer(request: Request, path: string): Promise<Exchange | Response> {
    const signedIn = request.headers.get("cookie") === "session=signed-in";
    if (path === "/api/v1/security/login")
      return ((await request.json()) as { readonly password: string }).password === password ? answers.login : answers.wrongPassword;
    if (path === "/api/v1/security/csrf_token/") return answers.csrf;
    if (path === "/login/") {
      return new Response(answers.session.text, { status: answers.session.status, headers: { "set-cookie": "session=signed-in; Path=/" } });
    }
    // The real one answers as if nothing existed that needs a login.
    if (!signedIn) return new Response("", { status: 401 });
    if (path === "/api/v1/me/") return Response.json({});
    if (request.method !== "GET" && request.headers.get("x-csrftoken") !== "csrf") return new Response("", { status: 400 });
    if (path === "/api/v1/security/roles/") return answers.roles;
    if (path === "/api/v1/assets/import/") {
      if (refuses) return answers.refused;
      const bundle = (await request.formData()).get("bundle");
      if (bundle instanceof Blob) bundles.push(new Uint8Array(await bundle.arrayBuffer()));
      extra = null;
      return answers.imported;
    }
    const [, kind = "", id = ""] = /^\/api\/v1\/(database|dataset|chart|dashboard)\/(\d*)$/u.exec(path) ?? [];
    if (kind === "") return new Response("", { status: 404 });
    if (id === "") return list(kind);
    const body = await request.text();
    requests.push(`PUT ${path} ${body}`);
    if (kind === "dataset") ({ extra } = JSON.parse(body));
    return recorded("created", new RegExp(`PUT /api/v1/${kind}/`, "u"));
  }

  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname } = new URL(request.url);
      if (request.method !== "PUT" && !pathname.includes("csrf")) requests.push(`${request.method} ${pathname}`);
      const answered = await answer(request, pathname);
      return answered instanceof Response ? answered : new Response(answered.text, { status: answered.status });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}`,
    requests,
    bundles,
    refuseImports: () => void (refuses = true),
    edit: (kind, change) => void edits.set(kind, change),
    async [Symbol.asyncDispose]() {
      await server.stop(true);
    },
  };
}
