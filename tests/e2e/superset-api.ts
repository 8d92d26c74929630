/** Superset's API as a visitor of the dashboard uses it, without a login. */

/** A visitor with a session of its own, which has a CSRF token as every page has. */
export class Visitor {
  readonly url: string;
  #cookie = "";
  #csrf = "";

  constructor(url: string) {
    this.url = url;
  }

  /** Takes session and token from the login page, which everyone may open. */
  async begin(): Promise<this> {
    const page = await (await this.#fetch("/login/")).text();
    this.#csrf = /id="csrf_token"\s+value="(?<token>[^"]+)"/u.exec(page)?.groups?.["token"] ?? "";
    return this;
  }

  async signIn(username: string, password: string): Promise<void> {
    const body = new URLSearchParams({ username, password });
    const answer = await this.#fetch("/login/", { method: "POST", body });
    if (answer.status !== 302) throw new Error(`cannot sign in: status ${answer.status}`);
    this.#csrf = (await this.ask("GET", "/api/v1/security/csrf_token/")).json.result;
  }

  async ask(method: string, path: string, body?: unknown): Promise<{ readonly status: number; readonly json: any }> {
    const answer = await this.#fetch(path, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const text = await answer.text();
    return { status: answer.status, json: text.startsWith("{") ? JSON.parse(text) : undefined };
  }

  /** The result of a query of one chart of the dashboard. */
  async chartData(chart: string, query: object): Promise<{ readonly status: number; readonly json: any }> {
    const [dashboard, charts] = await Promise.all([
      this.ask("GET", "/api/v1/dashboard/income"),
      this.ask("GET", "/api/v1/dashboard/income/charts"),
    ]);
    const datasets = await this.ask("GET", "/api/v1/dashboard/income/datasets");
    const slice = charts.json.result.find((one: { readonly slice_name: string }) => one.slice_name === chart);
    return await this.ask("POST", "/api/v1/chart/data", {
      datasource: { id: datasets.json.result[0].id, type: "table" },
      queries: [query],
      form_data: { slice_id: slice.id, dashboardId: dashboard.json.result.id },
      result_format: "json",
      result_type: "full",
    });
  }

  async #fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = { ...(init.headers as Record<string, string>), cookie: this.#cookie, "x-csrftoken": this.#csrf };
    const answer = await fetch(`${this.url}${path}`, { ...init, headers, redirect: "manual" });
    const [cookie] = answer.headers.getSetCookie().at(-1)?.split(";") ?? [];
    if (cookie !== undefined) this.#cookie = cookie;
    return answer;
  }
}
