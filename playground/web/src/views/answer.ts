/** What becomes of the request: the rule, the backends' shares, what the backend receives, what the client gets. */
import { button, h } from "../dom.ts";
import { inline } from "../markdown.ts";
import { percent } from "../graph/draw.ts";
import type { Action, Change, Decision, Outcome } from "../types.ts";

export interface AnswerEvents {
  openRule(decision: Decision): void;
}

export function showAnswer(host: HTMLElement, decision: Decision, events: AnswerEvents): void {
  const { explain } = decision;
  const first = explain.outcomes[0];
  host.replaceChildren(
    headline(decision, events),
    why(decision),
    ...(first ? outcome(explain.outcomes, first) : []).filter((part) => part !== false),
    ...explain.notes.map((note) => h("p", { class: "note" }, ...inline(note))),
  );
}

/** In one sentence, for those who listen to the page: it is said when it changes. */
export function inOneSentence({ explain }: Decision): string {
  const rule = winner(explain);
  const results = explain.outcomes.map(
    (each) => (each.share < 1 ? `${percent(each.share)} ` : "") + result(each.action),
  );
  return `${rule ? `Rule ${rule} takes it` : "No rule takes it"}: ${results.join(", ") || "no answer"}.`;
}

function winner({ winner, candidates }: Decision["explain"]): string | undefined {
  const candidate = winner === null ? undefined : candidates[winner];
  return candidate && `${candidate.route.replace(/^\w+\//, "")}/${candidate.rule}`;
}

function headline(decision: Decision, events: AnswerEvents): HTMLElement {
  const rule = winner(decision.explain);
  const { winner: at, candidates } = decision.explain;
  const place = at === null ? undefined : candidates[at]?.ruleSource;
  const source = place?.line === undefined ? undefined : `${place.file}:${place.line}`;
  return h(
    "div",
    { class: "headline" },
    h("span", { class: rule ? "dot lit" : "dot" }),
    rule ? h("strong", { class: "rule-name" }, rule) : h("strong", { class: "rule-name" }, "No rule"),
    source &&
      button(source, () => events.openRule(decision), { class: "place", "aria-label": `Show the rule at ${source}` }),
  );
}

function why({ explain }: Decision): HTMLElement {
  const { service, serviceReason, didYouMean, runnerUp } = explain;
  const parts = [
    service
      ? `For ${service.kind} ${service.namespace}/${service.name}, port ${service.port}: ${serviceReason}.`
      : `${capital(serviceReason)}.`,
    didYouMean && `Did you mean \`${didYouMean}\`?`,
    runnerUp && `Before ${explain.candidates[runnerUp.candidate]?.rule ?? "the next"}: ${runnerUp.criterion.text}.`,
  ];
  return h("p", { class: "why" }, ...inline(parts.filter(Boolean).join(" ")));
}

function outcome(outcomes: Outcome[], first: Outcome): (HTMLElement | false)[] {
  const shared = outcomes.length > 1 || first.action.type === "forward";
  return [
    shared ? bar(outcomes) : status(first.action),
    first.mirrors.length > 0 &&
      h(
        "p",
        { class: "mirrors" },
        "A copy goes to ",
        ...first.mirrors.flatMap(({ cluster, share }, at) => [
          at > 0 ? ", " : "",
          h("code", {}, clusterName(cluster)),
          share < 1 ? ` (${percent(share)})` : "",
        ]),
      ),
    h("div", { class: "ends" }, received(outcomes), returned(outcomes)),
  ];
}

/** Shares of what may come of it, as a bar and in words. */
function bar(outcomes: Outcome[]): HTMLElement {
  return h(
    "div",
    { class: "shares" },
    h(
      "div",
      { class: "bar", "aria-hidden": "true" },
      ...outcomes.map(({ share }, at) => {
        const part = h("span", { class: `part-${at % 6}` });
        part.style.flexGrow = String(share);
        return part;
      }),
    ),
    h(
      "ul",
      {},
      ...outcomes.map(({ share, action, backend }, at) =>
        h(
          "li",
          {},
          h("span", { class: `swatch part-${at % 6}` }),
          h("span", { class: "share" }, percent(share)),
          h("span", { class: "to" }, result(action)),
          backend?.invalid && h("span", { class: "invalid" }, ...inline(backend.invalid)),
        ),
      ),
    ),
  );
}

function status(action: Action): HTMLElement {
  return h("p", { class: "status" }, h("strong", {}, result(action)));
}

/** Where an outcome leads, in a few words. */
function result(action: Action): string {
  switch (action.type) {
    case "forward":
      return `to ${clusterName(action.cluster)}`;
    case "redirect":
      return `${action.status} to ${action.location}`;
    case "preflight":
      return `${action.status} to the preflight`;
    case "reply":
      return `${action.status} ${action.reason}`;
    case "proxyReply":
      return `${action.status} ${action.details}, by Envoy itself`;
    case "passThrough":
      return "left to the proxy’s own routes";
  }
}

/** `shop/cart-v1/80` as `shop/cart-v1:80`. */
function clusterName(cluster: string): string {
  return cluster.replace(/\/(\d+)$/, ":$1");
}

function received(outcomes: Outcome[]): HTMLElement {
  const forward = outcomes.find(({ action }) => action.type === "forward");
  if (forward?.action.type !== "forward") {
    return card("The backend receives", h("p", { class: "quiet" }, "Nothing: no backend is asked."));
  }
  const { action, requestChanges } = forward;
  const changed = new Map(requestChanges.map((change) => [change.name.toLowerCase(), change]));
  return card(
    "The backend receives",
    h(
      "ul",
      { class: "lines" },
      line(":authority", action.authority, changed.get(":authority")),
      line(":path", action.path, changed.get(":path")),
      ...action.headers.map(({ name, value }) => line(name, value, changed.get(name.toLowerCase()))),
      ...requestChanges
        .filter(({ action: done }) => done === "remove")
        .map((change) => line(change.name, change.before ?? "", change)),
    ),
  );
}

function returned(outcomes: Outcome[]): HTMLElement {
  // Backends of one rule answer alike, unless one of them is none.
  const kinds = new Map(outcomes.map((outcome) => [outcome.action.type, outcome]));
  return card("The client gets", ...[...kinds.values()].map((outcome) => answer(outcome, kinds.size > 1)));
}

function answer({ action, responseChanges }: Outcome, oneOfSeveral: boolean): HTMLElement {
  const own = "status" in action ? String(action.status) : undefined;
  const text = own ?? (action.type === "forward" ? "the backend’s answer" : "what the proxy’s own routes answer");
  return h(
    "ul",
    { class: "lines" },
    h("li", { class: "plain" }, (oneOfSeveral && own !== undefined ? "or " : "") + text),
    action.type === "redirect" && line("location", action.location, undefined),
    "message" in action && action.message !== "" && h("li", { class: "plain quiet" }, action.message),
    ...responseChanges.map((change) => line(change.name, change.after ?? "", change)),
  );
}

function line(name: string, value: string, change: Change | undefined): HTMLElement {
  const done = change && { set: "set", add: "added", remove: "removed" }[change.action];
  return h(
    "li",
    { class: change ? `changed ${change.action}` : undefined },
    h("span", { class: "name" }, name),
    " ",
    h("span", { class: "value" }, value),
    done &&
      h("span", { class: "tag" }, change.by === "rule" || change.by === "backend" ? done : `${done} by ${change.by}`),
  );
}

function card(title: string, ...content: HTMLElement[]): HTMLElement {
  return h("section", { class: "end" }, h("h3", { class: "label" }, title), ...content);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
