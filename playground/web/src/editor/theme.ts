/** How the editor looks: the page's own colours, which follow dark and light by themselves. */
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--syntax-key)" },
    { tag: [tags.string, tags.special(tags.string)], color: "var(--syntax-string)" },
    { tag: tags.content, color: "var(--syntax-text)" },
    { tag: [tags.comment, tags.lineComment], color: "var(--syntax-comment)" },
    { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: "var(--syntax-mark)" },
    { tag: [tags.meta, tags.labelName, tags.typeName, tags.keyword], color: "var(--syntax-meta)" },
  ]),
);

const frame = EditorView.theme({
  "&": { height: "100%", backgroundColor: "var(--surface)", color: "var(--text)", fontSize: "13px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--accent)", padding: "10px 0" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--accent)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--selection)",
  },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--faint)", border: "none", paddingLeft: "4px" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--line)" },
  ".cm-decided": { backgroundColor: "var(--lit-soft)", boxShadow: "inset 3px 0 0 var(--lit)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--selection)", outline: "none" },
  ".cm-tooltip": {
    backgroundColor: "var(--raised)",
    color: "var(--text)",
    border: "1px solid var(--border)",
    borderRadius: "8px",
    boxShadow: "var(--shadow)",
    maxWidth: "min(520px, 90vw)",
    overflow: "hidden",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "16em" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "3px 8px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionDetail": { color: "inherit", opacity: "0.85", fontStyle: "normal" },
  ".cm-completionInfo": { padding: "8px 10px", maxWidth: "320px", lineHeight: "1.45" },
  ".cm-field": { padding: "8px 12px", lineHeight: "1.45" },
  ".cm-field p": { margin: "6px 0 0" },
  ".cm-diagnostic": { padding: "10px 12px", borderLeftWidth: "4px", fontFamily: "var(--sans)", lineHeight: "1.45" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--error)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--warning)" },
  ".cm-diagnostic-info": { borderLeftColor: "var(--note)" },
  ".cm-diagnostic p": { margin: "4px 0 0", color: "var(--muted)" },
  ".cm-diagnostic p.way-out": { color: "var(--text)" },
  ".cm-diagnostic p::first-letter": { textTransform: "uppercase" },
  ".cm-diagnostic .code": {
    font: "inherit",
    fontFamily: "var(--mono)",
    color: "var(--link)",
    background: "none",
    border: "none",
    padding: "0 6px 0 0",
    textDecoration: "underline",
    cursor: "pointer",
  },
  ".cm-diagnosticAction": {
    backgroundColor: "var(--accent)",
    color: "var(--on-accent)",
    borderRadius: "6px",
    padding: "4px 10px",
    margin: "8px 0 0",
    font: "inherit",
    fontWeight: "600",
  },
  ".cm-lintPoint:after": { borderBottomColor: "var(--error)" },
  ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--text)", borderColor: "var(--border)" },
  ".cm-textfield, .cm-button": {
    backgroundColor: "var(--surface)",
    backgroundImage: "none",
    color: "var(--text)",
    border: "1px solid var(--border)",
    borderRadius: "6px",
  },
});

export const theme = [frame, colours];
