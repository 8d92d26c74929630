/** What a view displays in place of its content. */

import type { ComponentChildren, JSX } from "preact";
import type { Failure } from "./requests.ts";

export function Empty({ title, children }: { readonly title: string; readonly children?: ComponentChildren }): JSX.Element {
  return (
    <div class="notice">
      <p class="notice-title">{title}</p>
      {children === undefined ? null : <p>{children}</p>}
    </div>
  );
}

export function Loading({ what }: { readonly what: string }): JSX.Element {
  return (
    <div class="notice loading" role="status">
      <p>Loading {what} …</p>
    </div>
  );
}

export function FailureNotice({ failure, retry }: { readonly failure: Failure; readonly retry?: () => void }): JSX.Element {
  // Nothing failed: what is asked for does not exist yet.
  if (failure.code === "not-running") return <Empty title={failure.message}>{failure.hint ?? undefined}</Empty>;
  return (
    <div class="notice failure" role="alert">
      <p class="notice-title">{failure.message}</p>
      {failure.hint === null ? null : <p>{failure.hint}</p>}
      {retry === undefined ? null : (
        <p>
          <button type="button" onClick={retry}>
            Try again
          </button>
        </p>
      )}
    </div>
  );
}
