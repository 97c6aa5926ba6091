/** What gammactl needs to say the same as the page: the manifests, a case file and a command line. */
import type { Scene } from "../scene.ts";
import type { Decision } from "../types.ts";

export const FOLDER = "playground";

/** The command that explains the request as the page does. */
export function explainCommand({ request, namespace }: Scene): string {
  const from = request.client_namespace ?? namespace;
  return [
    `gammactl explain -f ${FOLDER}/routes -n ${quoted(namespace)} --from ${quoted(from)}`,
    quoted(`${request.method} ${request.url}`),
    ...request.headers.map(([name, value]) => `-H ${quoted(value === "" ? `${name};` : `${name}: ${value}`)}`),
  ].join(" ");
}

/** The manifests and a case file, by their paths in the archive. Names of files become safe ones. */
export function archive(scene: Scene, decision: Decision | undefined): { path: string; text: string }[] {
  const taken = new Set<string>();
  const routes = scene.files.map(({ name, text }) => {
    const path = unique(safeName(name), taken);
    return { path: `${FOLDER}/routes/${path}`, text };
  });
  return decision ? [...routes, { path: `${FOLDER}/playground.cases.yaml`, text: cases(scene, decision) }] : routes;
}

/** A case that passes as long as the request is decided as it is now. Strings of JSON are strings of YAML. */
export function cases({ request, namespace }: Scene, { explain }: Decision): string {
  const { winner, candidates, outcomes } = explain;
  const rule = winner === null ? undefined : candidates[winner];
  const lines = [
    "# `gammactl test` this file: it fails when the request is decided otherwise.",
    "manifests: [routes]",
    `clientNamespace: ${JSON.stringify(request.client_namespace ?? namespace)}`,
    "requests:",
    `  - request: ${JSON.stringify(`${request.method} ${request.url}`)}`,
  ];
  if (request.headers.length > 0) {
    lines.push(`    headers: ${JSON.stringify(request.headers.map(([name, value]) => `${name}: ${value}`))}`);
  }
  const expect = [`rule: ${rule ? JSON.stringify(`${rule.route}/${rule.rule}`) : "null"}`];
  const first = outcomes[0]?.action;
  if (outcomes.length === 1 && first?.type === "forward") {
    expect.push(`backend: ${JSON.stringify(clusterName(first.cluster))}`);
  } else if (outcomes.length === 1 && first && "status" in first) {
    expect.push(`status: ${first.status}`);
    if (first.type === "redirect") {
      expect.push(`location: ${JSON.stringify(first.location)}`);
    }
  }
  return `${[...lines, `    expect: {${expect.join(", ")}}`].join("\n")}\n`;
}

function clusterName(cluster: string): string {
  return cluster.replace(/\/(\d+)$/, ":$1");
}

/** A word of a shell's command line, whatever is in it. */
export function quoted(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** A name without folders, dots in front and what is no letter: it stays where it is unpacked. */
function safeName(name: string): string {
  const safe =
    name
      .replace(/[^\w.-]+/g, "-")
      .replace(/^[.-]+/, "")
      .slice(-60) || "manifest";
  return /\.(ya?ml|json)$/.test(safe) ? safe : `${safe}.yaml`;
}

function unique(name: string, taken: Set<string>): string {
  let free = name;
  for (let count = 2; taken.has(free); count++) {
    free = name.replace(/(\.\w+)$/, `-${count}$1`);
  }
  taken.add(free);
  return free;
}
