import { findProgram, runCommand } from "./process.ts";

/** Opens a page in the user's web browser. Returns false if this machine has no display or no program that opens pages. */
export async function openInBrowser(url: string): Promise<boolean> {
  if (process.platform === "darwin") return (await runCommand({ program: "open", args: [url], inherits: "all" })).exitCode === 0;
  const hasDisplay = ["DISPLAY", "WAYLAND_DISPLAY"].some((name) => (process.env[name] ?? "") !== "");
  if (!hasDisplay || (await findProgram("xdg-open")) === undefined) return false;
  return (await runCommand({ program: "xdg-open", args: [url], inherits: "all" })).exitCode === 0;
}
