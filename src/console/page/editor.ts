/**
 * The editor, CodeMirror. Loaded when the view of queries opens. It lives in a shadow root, because there CodeMirror adopts style sheets that it
 * constructs, while in the document it would add <style> elements, which the page's content security policy forbids.
 */

import { acceptCompletion, autocompletion, completionKeymap, closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { sql, StandardSQL } from "@codemirror/lang-sql";
import { bracketMatching, HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { Compartment, EditorState, StateEffect, StateField, type Extension } from "@codemirror/state";
import { Decoration, drawSelection, EditorView, keymap, lineNumbers, placeholder, type DecorationSet } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { QuerySchema } from "../api.ts";
import type { TextRange } from "./sql-position.ts";

export interface SqlEditor {
  setText(text: string): void;
  setTables(tables: QuerySchema[string]): void;
  setError(range: TextRange | undefined): void;
  destroy(): void;
}

export interface SqlEditorOptions {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly onRun: () => void;
}

const markError = StateEffect.define<TextRange | undefined>();

/** The mark of an error; it goes away with the next change. */
const errorMarks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update: (marks, transaction) => {
    const effect = transaction.effects.find((each) => each.is(markError));
    if (effect !== undefined) return effect.value === undefined ? Decoration.none : errorDecorations(effect.value, transaction.state);
    return transaction.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function errorDecorations({ from, to }: TextRange, { doc }: EditorState): DecorationSet {
  const start = Math.min(from, doc.length);
  const end = Math.min(to, doc.length);
  const line = Decoration.line({ class: "error-line" }).range(doc.lineAt(start).from);
  return Decoration.set(end > start ? [line, Decoration.mark({ class: "error-word" }).range(start, end)] : [line]);
}

const look = EditorView.theme({
  "&": { fontSize: "13px", color: "var(--text)", backgroundColor: "var(--surface)", height: "100%" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.5", minHeight: "120px", maxHeight: "40vh", overflow: "auto" },
  ".cm-content": { caretColor: "var(--text)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--muted)", border: "none" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    backgroundColor: "var(--selected)",
  },
  ".cm-placeholder": { color: "var(--muted)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--selected)", outline: "1px solid var(--line-strong)" },
  ".error-line": { backgroundColor: "var(--bad-soft)" },
  ".error-word": { textDecoration: "underline wavy var(--bad)", textUnderlineOffset: "3px" },
  ".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--text)", border: "1px solid var(--line-strong)", borderRadius: "4px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "14em" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionDetail": { color: "inherit", marginLeft: "1em", fontStyle: "normal", opacity: "0.8" },
});

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--accent)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--ok)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--warn)" },
  { tag: tags.comment, color: "var(--muted)", fontStyle: "italic" },
  { tag: tags.typeName, color: "var(--accent)" },
]);

/** An editor in an element. Tab moves the focus, unless a completion is offered. */
export function createSqlEditor(host: HTMLElement, { text, onText, onRun }: SqlEditorOptions): SqlEditor {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const language = new Compartment();
  const run = (): boolean => {
    onRun();
    return true;
  };
  const view = new EditorView({
    root,
    parent: root,
    state: EditorState.create({
      doc: text,
      extensions: [
        keymap.of([
          { key: "Mod-Enter", run, preventDefault: true },
          { key: "Tab", run: acceptCompletion },
          ...completionKeymap,
          ...closeBracketsKeymap,
          ...historyKeymap,
          ...defaultKeymap,
        ]),
        lineNumbers(),
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        autocompletion({ icons: false }),
        placeholder("SELECT …"),
        language.of(languageOf([])),
        syntaxHighlighting(colours),
        look,
        errorMarks,
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": "Statement" }),
        EditorView.updateListener.of(({ docChanged, state }) => {
          if (docChanged) onText(state.doc.toString());
        }),
      ],
    }),
  });
  return {
    setText: (next) => {
      if (next !== view.state.doc.toString())
        view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: next }, selection: { anchor: next.length } });
    },
    setTables: (tables) => view.dispatch({ effects: language.reconfigure(languageOf(tables)) }),
    setError: (range) => view.dispatch({ effects: markError.of(range) }),
    destroy: () => view.destroy(),
  };
}

function languageOf(tables: QuerySchema[string]): Extension {
  const schema = Object.fromEntries(
    tables.map(({ table, columns }) => [table, columns.map(({ name, type }) => ({ label: name, detail: type, type: "property" }))]),
  );
  const [only] = tables;
  return sql({
    dialect: StandardSQL,
    schema,
    upperCaseKeywords: true,
    ...(tables.length === 1 && only !== undefined ? { defaultTable: only.table } : {}),
  });
}
