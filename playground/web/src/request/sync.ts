/**
 * A request has two views, a form and a curl line. What is written in one is shown in the other, and the one that is
 * being written in is left alone. The engine reads and writes the line, so an answer may come when more was typed:
 * only the newest counts.
 */
import type { Request } from "../types.ts";

export interface CurlEngine {
  parse(line: string): Promise<Request>;
  format(request: Request): Promise<string>;
}

export interface RequestViews {
  showForm(request: Request): void;
  showCurl(line: string): void;
  /** What is wrong with the line, or nothing. */
  showProblem(problem: string): void;
  /** The request is another one. */
  changed(request: Request): void;
}

export class RequestSync {
  private request: Request | undefined;
  private generation = 0;

  constructor(
    private readonly engine: CurlEngine,
    private readonly views: RequestViews,
  ) {}

  /** Shows a request from elsewhere in both views. */
  async show(request: Request): Promise<void> {
    this.views.showForm(request);
    await this.fromForm(request);
  }

  /** Takes what the form says. */
  async fromForm(request: Request): Promise<void> {
    const generation = ++this.generation;
    this.request = request;
    this.views.changed(request);
    const line = await this.answer(this.engine.format(request), generation);
    if (line !== undefined) {
      this.views.showCurl(line);
    }
  }

  /** Takes what the line says, if it can be read. The namespace of the client is in no line: it stays. */
  async fromCurl(line: string): Promise<void> {
    const generation = ++this.generation;
    const read = await this.answer(this.engine.parse(line), generation);
    if (read !== undefined) {
      const from = read.client_namespace ?? this.request?.client_namespace;
      this.request = { ...read, ...(from === undefined ? {} : { client_namespace: from }) };
      this.views.showForm(this.request);
      this.views.changed(this.request);
    }
  }

  /** The engine's answer, unless something newer was written meanwhile or there is none. */
  private async answer<Value>(promise: Promise<Value>, generation: number): Promise<Value | undefined> {
    try {
      const value = await promise;
      if (generation === this.generation) {
        this.views.showProblem("");
        return value;
      }
    } catch (error) {
      if (generation === this.generation) {
        this.views.showProblem(error instanceof Error ? error.message : String(error));
      }
    }
    return undefined;
  }
}
