/** The request's two views, a form and a curl line, as elements. */
import { byId } from "../dom.ts";
import { RequestForm } from "../request/form.ts";
import { type CurlEngine, RequestSync } from "../request/sync.ts";
import type { Request } from "../types.ts";

/** Calls back at every change, from whichever view it comes. */
export function requestViews(engine: CurlEngine, changed: (request: Request) => void): RequestSync {
  const curl = byId<HTMLTextAreaElement>("curl");
  const problem = byId("curl-problem");
  const form = new RequestForm(byId("form"), (request) => void sync.fromForm(request));
  const sync = new RequestSync(engine, {
    showForm: (request) => form.show(request),
    showCurl: (line) => {
      curl.value = line;
    },
    showProblem: (text) => {
      problem.textContent = text;
      curl.setAttribute("aria-invalid", String(text !== ""));
    },
    changed,
  });
  curl.addEventListener("input", () => void sync.fromCurl(curl.value));
  return sync;
}
