import { describe, expect, test } from "vitest";
import { pathAt } from "../../src/editor/yaml-path.ts";

const ROUTE = `kind: HTTPRoute
spec:
  parentRefs:
    - {group: "", kind: Service, name: cart}
  rules:
    - name: testers
      matches:
        - headers: [{name: x-version, value: v2}]
      filters:
      - type: RequestMirror
        requestMirror:
          |
    - |
`;

/** The path at the \`|\` of a text, as \`a.b\`, with what is written there. */
function at(text: string): string {
  const offset = text.indexOf("|");
  const { keys, writes } = pathAt(text.replace("|", ""), offset);
  return `${writes} ${keys.join(".")}`;
}

describe("the path of a place", () => {
  const table: [string, string][] = [
    ["|", "key "],
    ["kind: |", "value kind"],
    ["spec:\n  ru|", "key spec"],
    ["spec:\n  rules:\n    - na|", "key spec.rules"],
    ["spec:\n  rules:\n  - na|", "key spec.rules"],
    ["spec:\n  rules:\n  - name: a\n    ma|", "key spec.rules"],
    ["spec:\n  rules:\n    - name: a\n      matches:\n        - path: {ty|", "key spec.rules.matches.path"],
    ["spec:\n  rules:\n    - matches:\n        - path: {type: Ex|", "value spec.rules.matches.path.type"],
    ["spec:\n  rules:\n    - matches:\n        - headers: [{name: a, ty|", "key spec.rules.matches.headers"],
    ["spec:\n  rules:\n    - matches:\n      - path:\n          type: |", "value spec.rules.matches.path.type"],
    ["kind: A\n---\nkind: B\nspec:\n  |", "key spec"],
    [ROUTE, "key spec.rules.filters.requestMirror"],
    [ROUTE.replace("          |\n", ""), "key spec.rules"],
  ];
  test.each(table)("%j is %j", (text, path) => {
    expect(at(text)).toBe(path);
  });

  test("knows the kind of its own document", () => {
    expect(pathAt("kind: Service\n---\nkind: HTTPRoute\nspec:\n  ", 37).kind).toBe("HTTPRoute");
  });

  test("knows the keys that are there", () => {
    const text = "spec:\n  rules:\n    - name: a\n      \n      filters: []\n    - matches: []\n";
    expect([...pathAt(text, text.indexOf("\n      \n") + 7).siblings].sort()).toEqual(["filters", "name"]);
  });
});
