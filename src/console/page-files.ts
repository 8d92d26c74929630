export function readPage(_p: string): { type: string; encoding: "br" | "gzip" | null; body: Uint8Array; etag: string } | undefined { return undefined; }
