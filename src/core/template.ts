/** Rendering of the embedded declarations: `{{name}}` is replaced, and a name that nobody gave is an error. */

import { StreamctlError } from "./errors.ts";

export type TemplateValues = Readonly<Record<string, string | number>>;

/**
 * @param file name of the template, for the error
 * @throws StreamctlError `usage` when the text names a value that is not given: templates may be edited by users.
 */
export function renderTemplate(text: string, values: TemplateValues, file: string): string {
  return text.replaceAll(/\{\{\s*([\w.-]+)\s*\}\}/gu, (_, name: string) => {
    const value = values[name];
    if (value === undefined) {
      throw new StreamctlError("usage", `Cannot render "${file}": it names {{${name}}}, which does not exist`, {
        hint: `Known values: ${Object.keys(values).toSorted().join(", ")}`,
      });
    }
    return String(value);
  });
}
