/**
 * The page's side of the worker: asks one question at a time, so that a newer question can take the place of one
 * that still waits, and ends a worker that does not answer.
 */
import type { Answer, Ask, Operation, Reply } from "./protocol.ts";

/** Milliseconds that a question may take. */
const PATIENCE = 5_000;
/** Milliseconds that the engine may take to load, on a slow line. */
const PATIENCE_TO_LOAD = 60_000;

/** Why a question has no answer: the engine's own words, or what became of the worker. */
export class EngineError extends Error {}
/** A newer question took the place of this one. Nobody needs to be told. */
export class Superseded extends Error {}

interface Pending {
  operation: Operation;
  ask: unknown;
  resolve: (answer: unknown) => void;
  reject: (error: Error) => void;
}

/** The part of `Worker` that is used, so that tests need none. */
export interface WorkerLike {
  postMessage(message: unknown): void;
  terminate(): void;
  onmessage: ((event: MessageEvent<Reply>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
}

export class EngineClient {
  private worker: WorkerLike | undefined;
  private ready = false;
  private lastId = 0;
  private inFlight: (Pending & { id: number }) | undefined;
  private waiting: Pending[] = [];
  /** Why there is no engine, and will be none. */
  private broken: EngineError | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The manifests that the worker has, or should have: a new worker is given them again. */
  private loaded: Ask<"load"> | undefined;

  constructor(
    private readonly start: () => WorkerLike,
    private readonly patience = PATIENCE,
  ) {
    this.launch();
  }

  /** Asks a question. One of the same operation that still waits is superseded. */
  ask<Name extends Operation>(operation: Name, ask: Ask<Name>): Promise<Answer<Name>> {
    if (this.broken) {
      return Promise.reject(this.broken);
    }
    return new Promise<unknown>((resolve, reject) => {
      const pending = { operation, ask, resolve, reject };
      this.supersede(operation);
      if (operation === "load") {
        // It would be of other manifests.
        this.supersede("analyse");
      }
      this.waiting.push(pending);
      this.next();
    }) as Promise<Answer<Name>>;
  }

  private supersede(operation: Operation): void {
    const at = this.waiting.findIndex((other) => other.operation === operation);
    for (const old of at < 0 ? [] : this.waiting.splice(at, 1)) {
      old.reject(new Superseded());
    }
  }

  private launch(): void {
    this.ready = false;
    const worker = this.start();
    worker.onmessage = ({ data }) => this.receive(data);
    worker.onerror = (event) => {
      event.preventDefault?.();
      this.restart(new EngineError(`The engine stopped: ${event.message || "its file could not be loaded"}.`));
    };
    this.worker = worker;
    // Silence while the engine loads is no hang, but it has an end, too.
    this.watch(PATIENCE_TO_LOAD, "The engine could not be loaded.");
  }

  private next(): void {
    if (!this.ready || this.inFlight) {
      return;
    }
    const pending = this.waiting.shift();
    if (pending) {
      this.send(pending);
    }
  }

  private send(pending: Pending): void {
    const id = ++this.lastId;
    this.inFlight = { ...pending, id };
    if (pending.operation === "load") {
      this.loaded = pending.ask as Ask<"load">;
    }
    this.watch(
      this.patience,
      `The engine did not answer within ${this.patience / 1000} s, so it was stopped and started again.`,
    );
    this.worker?.postMessage({ id, operation: pending.operation, ask: pending.ask });
  }

  private receive(reply: Reply): void {
    if ("ready" in reply) {
      clearTimeout(this.timer);
      this.ready = true;
      this.next();
      return;
    }
    const pending = this.inFlight;
    if (!pending || reply.id !== pending.id) {
      return;
    }
    clearTimeout(this.timer);
    this.inFlight = undefined;
    if ("error" in reply) {
      pending.reject(new EngineError(reply.error));
    } else {
      pending.resolve(reply.answer);
    }
    this.next();
  }

  private watch(milliseconds: number, complaint: string): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.restart(new EngineError(complaint)), milliseconds);
  }

  /** Ends the worker, fails what it was asked, and starts another with the manifests that the old one had. */
  private restart(reason: EngineError): void {
    clearTimeout(this.timer);
    this.worker?.terminate();
    const started = this.ready;
    const failed = this.inFlight;
    this.inFlight = undefined;
    failed?.reject(reason);
    if (!started) {
      // It would fail the same way again.
      this.broken = reason;
      for (const pending of this.waiting.splice(0)) {
        pending.reject(reason);
      }
      return;
    }
    // With a request it may be the request that it hangs on.
    const isBad = failed?.operation === "load" && !(failed.ask as Ask<"load">).request;
    const again = !isBad && !this.waiting.some(({ operation }) => operation === "load");
    if (again && this.loaded) {
      const ignore = (): void => undefined;
      this.waiting.unshift({ operation: "load", ask: { ...this.loaded, request: null }, resolve: ignore, reject: ignore });
    }
    this.launch();
  }
}
