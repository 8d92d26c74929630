/** Text in HTML. */

import { escapeControls } from "./cell.ts";

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** A text for the content of an element or a quoted attribute. Control characters are shown as escape sequences. */
export function escapeHtml(text: string): string {
  return escapeControls(text).replaceAll(/[&<>"']/gu, (character) => entities[character] ?? "");
}
