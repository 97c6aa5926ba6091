/** The engine in a worker: wasm, asked by messages. */
import init, * as engine from "../engine/gamma_playground.js";
import wasm from "../engine/gamma_playground_bg.wasm?url";
import type { Decision, Differences, Loaded, Request } from "../types.ts";
import type { Ask, Operation, Question, Reply } from "./protocol.ts";

let workspace: engine.Workspace;

const operations: { [Name in Operation]: (ask: Ask<Name>) => unknown } = {
  load: ({ files, options, request }) => {
    parse(workspace.set_files(JSON.stringify(files), JSON.stringify(options)));
    return request ? decided(request) : {};
  },
  analyse: () => parse(workspace.analysis()),
  decide: (request) => parse(workspace.decide(JSON.stringify(request))),
  decideAll: (requests) => requests.map((request) => parse(workspace.decide(JSON.stringify(request)))),
  diff: (files) => withRequests(parse(workspace.diff(JSON.stringify(files))) as Differences),
  parseCurl: (line) => asRequest(parse(engine.parse_curl(line)) as EngineRequest),
  // No option of curl says where a client is.
  toCurl: ({ client_namespace: _, ...request }) => lineOrError(engine.to_curl(JSON.stringify(request))),
  readLog: (text) =>
    (parse(engine.read_log(text)) as (EngineRequest | { error: string })[]).map((line) =>
      "error" in line ? line : asRequest(line),
    ),
  convert: ({ files, options }) => parse(engine.convert(JSON.stringify(files), JSON.stringify(options))),
  page: (code) => parse(engine.diagnostic_page(code)),
  schema: () => parse(engine.schema()),
  version: () => engine.version(),
};

/** The engine's own words for why there is no answer. */
class Refusal extends Error {}

/** The engine's answer; throws what it says where it has none. */
function parse(json: string): unknown {
  const answer = JSON.parse(json) as { error?: string } | null;
  if (answer && typeof answer === "object" && typeof answer.error === "string") {
    throw new Refusal(answer.error);
  }
  return answer;
}

/** Manifests are loaded whether or not there is a decision. */
function decided(request: Request): Loaded {
  try {
    return { decision: parse(workspace.decide(JSON.stringify(request))) as Decision };
  } catch (error) {
    if (error instanceof Refusal) {
      return { problem: error.message };
    }
    throw error;
  }
}

/** A request as the engine reads it. */
interface EngineRequest extends Request {
  scheme?: string;
  host?: string;
  path?: string;
}

/** The form has one field for all of the URL; what is no URL, as in `OPTIONS *`, is written as if it were. */
function asRequest({ scheme, host, path, ...request }: EngineRequest): Request {
  return { ...request, url: request.url ?? `${scheme ?? "http"}://${host ?? ""}${path ?? "/"}` };
}

function withRequests(differences: Differences): Differences {
  for (const { requests } of differences.services.flatMap(({ tables }) => tables.flatMap(({ changes }) => changes))) {
    for (const each of requests) {
      each.request = asRequest(each.request);
    }
  }
  return differences;
}

/** A command line is no JSON, but why there is none is. */
function lineOrError(text: string): unknown {
  return text.startsWith("{") ? parse(text) : text;
}

function reply(message: Reply): void {
  postMessage(message);
}

onmessage = ({ data: { id, operation, ask } }: MessageEvent<Question>) => {
  try {
    reply({ id, answer: (operations[operation] as (ask: unknown) => unknown)(ask) });
  } catch (error) {
    if (!(error instanceof Refusal)) {
      // A trap leaves the workspace in no state to go on with: the page starts another worker.
      throw error;
    }
    reply({ id, error: error.message });
  }
};

await init({ module_or_path: wasm });
workspace = new engine.Workspace();
reply({ ready: true });
