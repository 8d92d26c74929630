/** The statements of earlier queries, kept in the browser: bounded in number and in size. */

export interface HistoryEntry {
  readonly engine: string;
  readonly sql: string;
  readonly atMs: number;
}

const key = "streamctl.queries";
const maxEntries = 50;
const maxLength = 20_000;

/** Newest first. */
export function readHistory(): readonly HistoryEntry[] {
  try {
    const list: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    return Array.isArray(list) ? list.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(value: unknown): value is HistoryEntry {
  const { engine, sql, atMs } = (value ?? {}) as Partial<Record<keyof HistoryEntry, unknown>>;
  return typeof engine === "string" && typeof sql === "string" && typeof atMs === "number";
}

/** A statement that is in the list moves to its start. */
export function withEntry(list: readonly HistoryEntry[], entry: HistoryEntry): readonly HistoryEntry[] {
  if (entry.sql.length > maxLength) return list;
  return [entry, ...list.filter(({ engine, sql }) => engine !== entry.engine || sql !== entry.sql)].slice(0, maxEntries);
}

export function addToHistory(engine: string, sql: string): void {
  try {
    localStorage.setItem(key, JSON.stringify(withEntry(readHistory(), { engine, sql, atMs: Date.now() })));
  } catch {
    // A browser that stores nothing has no history.
  }
}

export function clearHistory(): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing is stored.
  }
}
