/** The scene, what the engine says about it, and the parts of the page that show both. */
import { byId } from "./dom.ts";
import { Picture } from "./graph/view.ts";
import type { RequestSync } from "./request/sync.ts";
import { EMPTY_REQUEST, type Scene } from "./scene.ts";
import { Tools } from "./tools.ts";
import type { Analysis, Decision, Place, Request, Schema } from "./types.ts";
import { inOneSentence, showAnswer } from "./views/answer.ts";
import { Candidates } from "./views/candidates.ts";
import { FilesPane } from "./views/files.ts";
import { openPage } from "./views/page.ts";
import { showProblems } from "./views/problems.ts";
import { requestViews } from "./views/request.ts";
import { exportDialog, shareDialog } from "./views/share.ts";
import { type EngineClient, Superseded } from "./worker/client.ts";

/** Milliseconds: an analysis that takes no longer is in nobody's way. */
const QUICK = 20;
/** Milliseconds without a key after which one is asked for, however long it takes. */
const LONGEST_PAUSE = 400;

export class Playground {
  private request: Request = EMPTY_REQUEST;
  private namespace = "default";
  private analysis: Analysis | undefined;
  private decision: Decision | undefined;
  private schema: Schema | undefined;
  /** Of the manifests: what was asked about an older version is not shown. */
  private version = 0;
  private pause: ReturnType<typeof setTimeout> | undefined;
  /** Milliseconds that the last analysis took, which nobody who types is to wait for. */
  private analysisTook = 0;
  /** Whether the alert is about the engine, which has answered since. */
  private engineFailed = false;

  private readonly files: FilesPane;
  private readonly picture: Picture;
  private readonly candidates: Candidates;
  private readonly tools: Tools;
  private readonly sync: RequestSync;

  constructor(private readonly engine: EngineClient) {
    const page = (code: string): void => void openPage(engine, code).catch((error) => this.failed(error));
    this.files = new FilesPane(
      {
        changed: () => this.edited(),
        moved: (file, offset) => this.candidates.mark(file, offset),
        openPage: page,
        alert: (message) => this.alert(message),
      },
      () => this.schema,
    );
    this.picture = new Picture(byId("picture"), (node) => this.files.open(node));
    this.candidates = new Candidates(byId("candidates"), (candidate) => this.open(candidate));
    this.sync = requestViews(
      { parse: (line) => engine.ask("parseCurl", line), format: (request) => engine.ask("toCurl", request) },
      (request) => {
        this.request = request;
        this.unlink();
        void this.decide();
      },
    );
    this.tools = new Tools(engine, {
      files: () => this.files.all(),
      namespace: () => this.namespace,
      ask: (request) => {
        this.tools.show("request");
        void this.sync.show({ client_namespace: this.namespace, ...request });
      },
      use: (files) => this.load({ files, request: EMPTY_REQUEST, namespace: this.namespace }),
      openPage: page,
      failed: (error) => this.words(error),
    });
    byId("share").addEventListener("click", () => void shareDialog(this.scene, (message) => this.alert(message)));
    byId("export").addEventListener("click", () => exportDialog(this.scene, this.decision));
    engine.ask("schema", null).then(
      (schema) => {
        this.schema = schema;
      },
      (error) => this.failed(error),
    );
    this.problemEvents = {
      openPage: page,
      open: ({ file, start, end }) => {
        if (file !== undefined && start && end) {
          this.files.open({ file, start: start.offset, end: end.offset });
        }
      },
      apply: (fix) => this.files.apply(fix),
    };
  }

  private readonly problemEvents: Parameters<typeof showProblems>[3];

  get scene(): Scene {
    const { before } = this.tools;
    return {
      files: this.files.all(),
      request: this.request,
      namespace: this.namespace,
      ...(before === undefined ? {} : { before }),
    };
  }

  /** Shows another scene. */
  load(scene: Scene): void {
    this.alert("");
    this.namespace = scene.namespace;
    this.analysisTook = 0;
    this.tools.before = scene.before;
    this.tools.show("request");
    this.files.load(scene.files);
    this.request = scene.request;
    void this.read();
    void this.sync.show(scene.request);
  }

  /** Takes files that have changed elsewhere. */
  update(scene: Scene): void {
    this.namespace = scene.namespace;
    this.files.update(scene.files);
    void this.read();
  }

  /** Says something that has to be seen, or takes it back. */
  alert(message: string): void {
    const element = byId("alert");
    element.textContent = message;
    element.hidden = message === "";
  }

  private edited(): void {
    performance.mark("edited");
    this.unlink();
    void this.read();
  }

  /** The address says what the page shows, or nothing. */
  private unlink(): void {
    if (this.analysis && location.hash) {
      history.replaceState(null, "", location.pathname + location.search);
    }
  }

  /** The manifests have changed: first comes the decision, then what is to be seen and said of them. */
  private async read(): Promise<void> {
    this.version += 1;
    const { version } = this;
    clearTimeout(this.pause);
    const options = { namespace: this.namespace };
    const request = this.hasRequest ? this.request : null;
    try {
      const { decision, problem } = await this.engine.ask("load", { files: this.files.all(), options, request });
      if (decision) {
        this.decided(decision);
      } else if (problem !== undefined) {
        this.complain(problem);
      }
    } catch (error) {
      this.failed(error);
      return;
    }
    if (version === this.version) {
      const pause = this.analysisTook > QUICK ? Math.min(this.analysisTook, LONGEST_PAUSE) : 0;
      this.pause = setTimeout(() => void this.analyse(), pause);
    }
  }

  private async analyse(): Promise<void> {
    const { version } = this;
    const began = performance.now();
    let analysis: Analysis;
    try {
      analysis = await this.engine.ask("analyse", null);
    } catch (error) {
      this.failed(error);
      return;
    }
    this.analysisTook = performance.now() - began;
    if (version !== this.version) {
      return;
    }
    this.analysis = analysis;
    if (this.engineFailed) {
      this.engineFailed = false;
      this.alert("");
    }
    const { diagnostics, graph } = this.analysis;
    this.files.setDiagnostics(diagnostics);
    showProblems(byId("problem-list"), byId("problem-counts"), diagnostics, this.problemEvents);
    byId("problems").dataset["worst"] =
      (["error", "warning", "note"] as const).find((level) => diagnostics.some(({ severity }) => severity === level)) ??
      "none";
    this.picture.setGraph(graph);
    const service = graph.nodes.find(({ kind }) => kind === "service");
    if (!this.hasRequest && service) {
      void this.sync.show({ ...this.request, url: `http://${service.name}/`, client_namespace: service.namespace });
    }
    this.tools.refresh();
  }

  private get hasRequest(): boolean {
    return this.request.url !== EMPTY_REQUEST.url;
  }

  private async decide(): Promise<void> {
    if (!this.hasRequest) {
      return;
    }
    try {
      this.decided(await this.engine.ask("decide", this.request));
    } catch (error) {
      const problem = this.words(error);
      if (problem !== undefined) {
        this.complain(problem);
      }
    }
  }

  private decided(decision: Decision): void {
    this.decision = decision;
    showAnswer(byId("answer"), decision, { openRule: () => decision.rule && this.open(decision.rule) });
    const sentence = inOneSentence(decision);
    if (byId("announce").textContent !== sentence) {
      byId("announce").textContent = sentence;
    }
    this.candidates.show(decision);
    this.picture.setPath(decision.path);
    this.files.setDecided(decision.rule);
    measure();
  }

  private complain(problem: string): void {
    const paragraph = document.createElement("p");
    paragraph.className = "complaint";
    paragraph.textContent = problem;
    byId("answer").replaceChildren(paragraph);
  }

  private open(place: Partial<Place>): void {
    this.files.open(place);
  }

  private failed(error: unknown): void {
    const problem = this.words(error);
    if (problem !== undefined) {
      this.engineFailed = true;
      this.alert(problem);
    }
  }

  /** What to say of an error; nothing where a newer question took its place. */
  private words(error: unknown): string | undefined {
    if (error instanceof Superseded) {
      return undefined;
    }
    return error instanceof Error ? error.message : String(error);
  }
}

/** For whoever measures the page: when it first answered, and what the last edit took until its answer. */
function measure(): void {
  if (performance.getEntriesByName("first-answer").length === 0) {
    performance.mark("first-answer");
  }
  if (performance.getEntriesByName("edited").length > 0) {
    performance.measure("answer", "edited");
    performance.clearMarks("edited");
  }
}
