/**
 * What the page may do, as its Content-Security-Policy: run its own scripts and its own wasm, talk to nobody but
 * the server that it comes from, and nothing else. No inline script, no inline style, no `eval`.
 *
 * The editor's styles are adopted style sheets of a shadow root (see `src/editor/editor.ts`), which no policy has
 * to allow. `data:` images are the squiggles in the editor's style sheet.
 */
const directives: Record<string, string[]> = {
  "default-src": ["'none'"],
  "script-src": ["'self'", "'wasm-unsafe-eval'"],
  "style-src": ["'self'"],
  "img-src": ["'self'", "data:"],
  // `gammactl playground` tells of files that changed; the wasm is fetched.
  "connect-src": ["'self'"],
  "worker-src": ["'self'"],
  "base-uri": ["'none'"],
  "form-action": ["'none'"],
  // Strings become neither scripts nor markup; the one policy makes the worker's own address.
  "require-trusted-types-for": ["'script'"],
  "trusted-types": ["gamma-worker"],
};

export const CONTENT_SECURITY_POLICY = Object.entries(directives)
  .map(([name, sources]) => `${name} ${sources.join(" ")}`)
  .join("; ");
