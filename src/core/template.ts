/** Renders templates: replaces `{{name}}` with its value; an unknown name is an error. */

import { StreamctlError } from "./errors.ts";

export type TemplateValues = Readonly<Record<string, string | number>>;

/**
 * @param file name of the template, for the error message
 * @throws StreamctlError `usage` for an unknown name: users may edit templates.
 */
export function renderTemplate(text: string, values: TemplateValues, file: string): string {
  return text.replaceAll(/\{\{\s*([\w.-]+)\s*\}\}/gu, (_, name: string) => {
    const value = values[name];
    if (value === undefined) {
      throw new StreamctlError("usage", `Cannot render "${file}": unknown value {{${name}}}`, {
        hint: `Known values: ${Object.keys(values).toSorted().join(", ")}`,
      });
    }
    return String(value);
  });
}
