#!/usr/bin/env bash
# Builds build/console: the page of the web console, as the server delivers it. What is loaded later (charts, the editor) is in chunks.
set -euo pipefail
cd "$(dirname "$0")/.."

source=src/console/page
draft=build/console.draft
rm -rf "$draft"
mkdir -p build
{
  .tools/bin/bun build "$source/app.tsx" --target=browser --minify --splitting --outdir "$draft" \
    --entry-naming 'app.[ext]' --chunk-naming '[name]-[hash].[ext]'
  .tools/bin/bun build "$source/theme-start.ts" --target=browser --minify --format=iife --outfile "$draft/theme.js"
} > build/bundle-page.log 2>&1 || {
  cat build/bundle-page.log >&2
  exit 1
}
cp "$source/icon.svg" "$draft/"
# Chunks that app.js needs at once are requested with it, not after it.
preloads=$(grep -oE '(from|import) *"\./[^"]+\.js"' "$draft/app.js" | sed -E 's|.*"\./(.*)"|    <link rel="modulepreload" href="/\1" />|' | sort -u)
awk -v lines="$preloads" '{ print } /rel="stylesheet"/ && lines != "" { print lines }' "$source/index.html" > "$draft/index.html"
.tools/bin/bun scripts/page-licenses.ts > "$draft/licenses.txt"
rm -rf build/console
mv "$draft" build/console
printf 'build: build/console %s bytes compressed\n' "$(cd build/console && for file in *; do gzip -9 -c "$file" | wc -c; done | awk '{ sum += $1 } END { print sum }')"
