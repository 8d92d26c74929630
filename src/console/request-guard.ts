/**
 * Decides which requests the console answers: those of its own page, and of programs on this machine. Any web page that the user opens may
 * send requests to 127.0.0.1; the browser says where they come from. https://web.dev/articles/fetch-metadata
 */

/** The parts of a request on which the decision depends; names of headers are in lower case. */
export interface GuardedRequest {
  readonly method: string;
  /** Path with query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

export interface Refusal {
  readonly status: 403 | 405;
  readonly message: string;
}

/** Host names of this machine; a page of another name that resolves to 127.0.0.1 is foreign (DNS rebinding). */
const ownHosts: ReadonlySet<string> = new Set(["127.0.0.1", "localhost", "[::1]"]);

/** Why a request is refused; undefined if it is not. Pure. */
export function refusalOf({ method, url, headers }: GuardedRequest): Refusal | undefined {
  const host = single(headers["host"]);
  if (host === undefined || !ownHosts.has(host.replace(/:\d+$/u, ""))) {
    return { status: 403, message: `Host "${host ?? ""}" is not allowed: open the console at 127.0.0.1 or localhost` };
  }
  const isRead = method === "GET" || method === "HEAD";
  if (!isRead && !(method === "POST" && url === "/api/query")) return { status: 405, message: `Method ${method} is not allowed` };
  const origin = single(headers["origin"]);
  if (origin !== undefined && origin !== `http://${host}`) return { status: 403, message: `Origin "${origin}" is not allowed` };
  const site = single(headers["sec-fetch-site"]);
  if (site === undefined || site === "same-origin" || site === "none") return undefined;
  // A link in another page may open the console, but nothing else.
  const opensPage = isRead && !isApi(url) && headers["sec-fetch-mode"] === "navigate" && headers["sec-fetch-dest"] === "document";
  return opensPage ? undefined : { status: 403, message: `Requests from other sites (${site}) are not allowed` };
}

/** Whether the server takes a request for one to its interface, whose path may be written in several ways. */
function isApi(url: string): boolean {
  try {
    const { host, pathname } = new URL(url, "http://console");
    return host !== "console" || decodeURIComponent(pathname.split("/")[1] ?? "") === "api";
  } catch {
    return true;
  }
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === "string" ? value : value?.[0];
}
