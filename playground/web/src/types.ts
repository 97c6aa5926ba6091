/**
 * What goes into the engine and comes out of it: JSON, as `playground/engine` writes it.
 *
 * Lines and columns are from 1, as gammactl prints them; offsets are UTF-16 code units of a file's text, as the
 * editor counts.
 */

export interface SourceFile {
  name: string;
  text: string;
}

export interface Options {
  /** Namespace of the client, and of objects without one. */
  namespace?: string;
}

export interface Position {
  line: number;
  column: number;
  offset: number;
}

/** A part of a file, by offsets. */
export interface Place {
  file: string;
  start: number;
  end: number;
}

export interface Edit extends Place {
  text: string;
}

export interface Fix {
  label: string;
  edits: Edit[];
}

export type Severity = "error" | "warning" | "note";

export interface Diagnostic {
  code: string;
  severity: Severity;
  message: string;
  why?: string;
  hint?: string;
  /** Without a place, it is about all files. */
  file?: string;
  start?: Position;
  end?: Position;
  fix?: Fix;
}

export type NodeKind = "service" | "route" | "rule" | "backend";

export interface GraphNode extends Partial<Place> {
  id: string;
  kind: NodeKind;
  name: string;
  namespace: string;
  label: string;
  /** Errors and warnings about it. */
  problems: number;
  /** Whether no file has it. */
  missing?: boolean;
}

export interface GraphEdge {
  from: string;
  to: string;
  weight?: number;
  /** Part of the rule's requests, from 0 to 1. */
  share?: number;
  /** Whether only copies of requests go this way. */
  mirror?: boolean;
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

export interface Analysis {
  diagnostics: Diagnostic[];
  graph: Graph;
  rules: number;
}

/** What became of a request when the manifests were loaded; neither if there was none. */
export interface Loaded {
  decision?: Decision;
  /** Why there is no decision. */
  problem?: string;
}

export type Header = [name: string, value: string];

export interface Request {
  method: string;
  url: string;
  headers: Header[];
  client_namespace?: string;
  /** The address that the client connects to, where a log has it. */
  destination?: string;
}

/** What `gammactl explain --output json` says; docs/commands/explain.md has all of it. */
export interface Explanation {
  request: { method: string; authority: string; path: string; headers: NamedValue[]; from: string | null };
  service: { kind: string; namespace: string; name: string; port: number } | null;
  serviceReason: string;
  didYouMean: string | null;
  routes: { kind: "consumer" | "producer" | "none"; names: string[] };
  candidates: ExplainedCandidate[];
  winner: number | null;
  runnerUp: { candidate: number; criterion: { text: string } } | null;
  outcomes: Outcome[];
  notes: string[];
}

export interface NamedValue {
  name: string;
  value: string;
}

export interface ExplainedCandidate {
  route: string;
  rule: string;
  match: number;
  asks: string;
  source: { file: string; line?: number };
  ruleSource: { file: string; line?: number };
  failed: { predicate: string; name: string | null; wanted: string; got: string | null } | null;
}

export interface Outcome {
  share: number;
  backend: { index: number; weight: number; cluster: string | null; invalid: string | null } | null;
  action: Action;
  requestChanges: Change[];
  mirrors: { cluster: string; share: number }[];
  responseChanges: Change[];
}

export type Action =
  | { type: "passThrough" }
  | { type: "forward"; cluster: string; authority: string; path: string; headers: NamedValue[] }
  | { type: "redirect"; status: number; location: string }
  | { type: "preflight"; status: number }
  | { type: "reply"; status: number; grpcStatus: number | null; reason: string; message: string }
  | { type: "proxyReply"; status: number; details: string; message: string };

export interface Change {
  action: "set" | "add" | "remove";
  name: string;
  before: string | null;
  after: string | null;
  by: string;
}

/** A match that was tried, with its lines. */
export interface Candidate extends Partial<Place> {
  /** The graph's node of the rule. */
  id: string;
  /** Its place in the order in which they were tried, from 0. */
  position: number;
  held: boolean;
  /** What failed, with the lines that ask for it. */
  failed?: { message: string } & Partial<Place>;
}

export interface Decision {
  explain: Explanation;
  /** What `gammactl explain` prints. */
  text: string;
  curl: string;
  /** Whether gammactl refuses the files, which have errors. */
  refused: boolean;
  rule?: { id: string } & Partial<Place>;
  /** Nodes of the graph that the request passes. */
  path: string[];
  /** Of many, those that say most; `explain` has the same ones. */
  candidates: Candidate[];
  /** How many there were. */
  tried: number;
}

export interface Page {
  code: string;
  title: string;
  /** Markdown. */
  text: string;
}

/** A line that was pasted: a request, or why it is none. */
export type Pasted = ({ line: number } & Request) | { line: number; error: string };

/** What `gammactl diff --output json` says; docs/commands/diff.md has all of it. */
export interface Differences {
  changed: boolean;
  settings: Difference[];
  services: ServiceDifferences[];
}

export interface ServiceDifferences {
  kind: string;
  namespace: string;
  name: string;
  added: string[];
  removed: string[];
  tables: {
    port: number;
    clients: { namespace: string } | { notIn: string[] };
    changes: DecisionChange[];
    limits: string[];
  }[];
}

export interface DecisionChange {
  requests: { curl: string; request: Request }[];
  before: DiffDecision;
  after: DiffDecision;
  differences: Difference[];
}

export interface DiffDecision {
  rule?: { route: string; name: string; file?: string; line?: number };
}

export interface Difference {
  what: string;
  before: string | null;
  after: string | null;
}

/** VirtualServices as routes, and what was said about them. */
export interface Conversion {
  files: { path: string; text: string }[];
  /** What was pasted beside, such as Services: the routes are about them. */
  others?: { path: string; text: string };
  diagnostics: Diagnostic[];
  /** Whether the routes decide as what they were made of. */
  proof: { holds: boolean; text: string };
}

/** Fields by kind, for completion and hover texts. */
export interface Schema {
  kinds: Record<string, { apiVersion: string; doc: string; fields: Record<string, Field> }>;
}

export interface Field {
  type: string;
  doc?: string;
  enum?: string[];
  fields?: Record<string, Field>;
}
