/** The theme as a signal, and the colours that a canvas needs. */

import { effect, signal } from "@preact/signals";
import { storedTheme, storeTheme } from "./theme-choice.ts";

export const theme = signal(storedTheme());

/** Changes whenever colours change, also because the system's theme did. */
export const colourRevision = signal(0);

export function startTheme(): void {
  effect(() => {
    document.documentElement.dataset["theme"] = theme.value;
    storeTheme(theme.value);
    colourRevision.value = colourRevision.peek() + 1;
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    colourRevision.value += 1;
  });
}

/** The colour of a variable of page.css as a canvas understands it. */
export function cssColour(name: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}
