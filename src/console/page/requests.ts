/** Requests to the console's server. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { ErrorDocument } from "../api.ts";

export type Failure = ErrorDocument["error"];

/** A failed request as a value to display. */
export class RequestError extends Error {
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** What to display for anything thrown by a request. */
export function failureOf(error: unknown): Failure {
  if (error instanceof RequestError) return error.failure;
  const message = error instanceof Error ? error.message : String(error);
  return { code: "unreachable", message: `The console's server did not respond (${message})`, hint: "Check it with: streamctl status" };
}

/** The document at a path. @throws RequestError for an error document, TypeError without a connection */
export async function requestJson<T>(path: string, signal: AbortSignal): Promise<T> {
  const response = await fetch(path, { signal });
  if (!response.ok) throw new RequestError(await errorOf(response));
  return (await response.json()) as T;
}

async function errorOf(response: Response): Promise<Failure> {
  const fallback: Failure = { code: "internal", message: `The console's server responded with status ${response.status}`, hint: null };
  try {
    return ((await response.json()) as Partial<ErrorDocument>).error ?? fallback;
  } catch {
    return fallback;
  }
}

/** Passes each line of a response, which is one JSON document, to `take` as it arrives. */
export async function requestLines(path: string, init: RequestInit, take: (document: unknown) => void): Promise<void> {
  const response = await fetch(path, init);
  if (!response.ok || response.body === null) throw new RequestError(await errorOf(response));
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    const lines = `${rest}${value ?? ""}`.split("\n");
    rest = done ? "" : (lines.pop() ?? "");
    for (const line of lines) if (line !== "") take(JSON.parse(line));
    if (done) return;
  }
}

/** A failed request is repeated after this time. */
export const retryMs = 2000;

export interface Remote<T> {
  /** The newest document of this path; undefined before the first. It stays while the next one is requested. */
  readonly data: T | undefined;
  readonly failure: Failure | undefined;
  readonly reload: () => void;
}

/**
 * The document at a path, requested again when the path or the revision changes, but at most twice per second and one request at a time.
 *
 * @param path undefined requests nothing
 * @param revision any value that changes when the document may have changed
 * @param everyMs requests it again after this time; default: only after a failure
 */
export function useRemote<T>(path: string | undefined, revision: unknown = 0, everyMs = 0): Remote<T> {
  const [state, setState] = useState<{ path: string; data?: T; failure?: Failure }>({ path: "" });
  const [round, setRound] = useState(0);
  const lastMs = useRef(0);
  const lastPath = useRef<string | undefined>(undefined);
  useEffect(() => {
    if (path === undefined) return undefined;
    const abort = new AbortController();
    const load = async (): Promise<void> => {
      lastMs.current = performance.now();
      lastPath.current = path;
      let nextMs = everyMs;
      try {
        const data = await requestJson<T>(path, abort.signal);
        setState({ path, data });
      } catch (error) {
        if (abort.signal.aborted) return;
        setState((before) => ({ ...(before.path === path ? before : {}), path, failure: failureOf(error) }));
        nextMs = retryMs;
      }
      if (nextMs > 0) timer = setTimeout(() => setRound((count) => count + 1), nextMs);
    };
    const waitMs = lastPath.current === path ? Math.max(0, lastMs.current + 500 - performance.now()) : 0;
    let timer = setTimeout(() => void load(), waitMs);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [path, revision, round, everyMs]);
  const current = state.path === path;
  return {
    data: current ? state.data : undefined,
    failure: current ? state.failure : undefined,
    reload: () => setRound((count) => count + 1),
  };
}
