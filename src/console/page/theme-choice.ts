/** The chosen theme, kept in the browser. */

export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

const key = "streamctl.theme";

/** The theme that was chosen last; `system` if none was, or if the browser stores nothing. */
export function storedTheme(): Theme {
  try {
    const text = localStorage.getItem(key);
    return themes.find((theme) => theme === text) ?? "system";
  } catch {
    return "system";
  }
}

/** A browser that stores nothing keeps the choice until the page is closed. */
export function storeTheme(theme: Theme): void {
  try {
    localStorage.setItem(key, theme);
  } catch {
    // The choice still applies to this tab.
  }
}
