import workerUrl from "./worker.ts?worker&url";
import type { WorkerLike } from "./client.ts";

interface TrustedTypes {
  createPolicy(name: string, rules: { createScriptURL(url: string): string }): { createScriptURL(url: string): string };
}

// The one address that becomes a script, which the Content-Security-Policy asks to be named (`csp.ts`).
const policy = (globalThis as { trustedTypes?: TrustedTypes }).trustedTypes?.createPolicy("gamma-worker", {
  createScriptURL(url) {
    if (url !== workerUrl) {
      throw new TypeError("not the playground's worker");
    }
    return url;
  },
});

/** A new worker with the engine in it. */
export function startWorker(): WorkerLike {
  return new Worker(policy?.createScriptURL(workerUrl) ?? workerUrl, { type: "module", name: "gamma" });
}
