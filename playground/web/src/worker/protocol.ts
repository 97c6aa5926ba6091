/**
 * What the page and the worker say to each other. The worker holds the engine and the manifests that it was last
 * given; it answers one question after the other, in their order.
 */
import type {
  Analysis,
  Conversion,
  Decision,
  Differences,
  Loaded,
  Options,
  Page,
  Pasted,
  Request,
  Schema,
  SourceFile,
} from "../types.ts";

/** Questions and their answers, by name. */
export interface Operations {
  /** Replaces the manifests, and decides at once. */
  load: { ask: { files: SourceFile[]; options: Options; request: Request | null }; answer: Loaded };
  /** What there is to see and to say of the manifests. */
  analyse: { ask: null; answer: Analysis };
  decide: { ask: Request; answer: Decision };
  /** The decisions about many requests. */
  decideAll: { ask: Request[]; answer: Decision[] };
  diff: { ask: SourceFile[]; answer: Differences };
  parseCurl: { ask: string; answer: Request };
  toCurl: { ask: Request; answer: string };
  readLog: { ask: string; answer: Pasted[] };
  convert: { ask: { files: SourceFile[]; options: Options }; answer: Conversion };
  page: { ask: string; answer: Page };
  schema: { ask: null; answer: Schema };
  version: { ask: null; answer: string };
}

export type Operation = keyof Operations;
export type Ask<Name extends Operation> = Operations[Name]["ask"];
export type Answer<Name extends Operation> = Operations[Name]["answer"];

/** From the page. */
export interface Question<Name extends Operation = Operation> {
  id: number;
  operation: Name;
  ask: Ask<Name>;
}

/** From the worker: an answer, or why there is none. The first message, without an id, says that it is ready. */
export type Reply = { ready: true } | { id: number; answer: unknown } | { id: number; error: string };
