/** The header of all views. */

import type { JSX } from "preact";
import type { StackDocument } from "../api.ts";
import { useEffect, useRef } from "preact/hooks";
import { connection } from "./live.ts";
import { route, viewAddress } from "./location.ts";
import { ProofBadge } from "./proof-badge.tsx";
import { viewNames, viewTitles } from "./route.ts";
import { stackDocument } from "./stack.ts";
import { themes, type Theme } from "./theme-choice.ts";
import { theme } from "./theme.ts";

export function Header(): JSX.Element {
  const stack = stackDocument.value;
  const views = useRef<HTMLElement>(null);
  const { view } = route.value;
  // On narrow pages the list of views scrolls.
  useEffect(() => views.current?.querySelector("[aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" }), [view]);
  return (
    <header class="header">
      <a class="skip" href="#content">
        Skip to the content
      </a>
      <div class="header-name">
        <a href="/" class="name">
          streamctl
        </a>
        {stack === undefined ? null : (
          <span class="stack" title={`Stack ${stack.stackId} in ${stack.stateDir}, streamctl ${stack.version}`}>
            {stack.pipeline.name} · {stack.processor.label} · {stack.runtime}
          </span>
        )}
      </div>
      <nav class="views" aria-label="Views" ref={views}>
        {viewNames.map((name) => (
          <a key={name} href={viewAddress(name)} aria-current={view === name ? "page" : undefined}>
            {viewTitles[name]}
          </a>
        ))}
      </nav>
      <div class="header-tools">
        <ProofBadge />
        {stack === undefined || enginePages(stack).length === 0 ? null : <EnginePages pages={enginePages(stack)} />}
        <ThemeSwitch />
      </div>
      <ConnectionNotice />
    </header>
  );
}

/** Without this page itself. */
function enginePages({ pages }: StackDocument): StackDocument["pages"] {
  return pages.filter(({ url }) => !URL.canParse(url) || new URL(url).port !== location.port);
}

function EnginePages({ pages }: Pick<StackDocument, "pages">): JSX.Element {
  return (
    <>
      <button type="button" popovertarget="engine-pages" class="quiet">
        Engines
      </button>
      <div id="engine-pages" popover="auto" class="popover">
        <h2>Pages of the engines</h2>
        <ul class="links">
          {pages.map(({ label, url }) => (
            <li key={url}>
              <a href={url} target="_blank" rel="noreferrer">
                {label}
                <span class="muted"> {url}</span>
              </a>
            </li>
          ))}
        </ul>
      </div>
    </>
  );
}

const themeIcons: Readonly<Record<Theme, string>> = {
  system: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zm0 1.5v10a5 5 0 0 1 0-10z",
  light: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v2M8 13v2M1 8h2M13 8h2M3 3l1.5 1.5M11.5 11.5L13 13M3 13l1.5-1.5M11.5 4.5L13 3",
  dark: "M13.5 9.5A6 6 0 0 1 6.5 2.5a6 6 0 1 0 7 7z",
};

/** Switches from the system's theme to the light one, the dark one, and back. */
function ThemeSwitch(): JSX.Element {
  const next = themes[(themes.indexOf(theme.value) + 1) % themes.length] ?? "system";
  const text = `Theme: ${theme.value}. Switch to ${next}`;
  return (
    <button
      type="button"
      class="quiet theme"
      aria-label={text}
      title={text}
      onClick={() => {
        theme.value = next;
      }}
    >
      <svg class={`theme-${theme.value}`} viewBox="0 0 16 16" aria-hidden="true">
        <path d={themeIcons[theme.value]} />
      </svg>
    </button>
  );
}

function ConnectionNotice(): JSX.Element {
  const lost = connection.value === "lost";
  return (
    <div class="connection" role="status" hidden={!lost}>
      {lost ? "Connection to the console's server lost, retrying. The numbers below are the last ones received." : null}
    </div>
  );
}
