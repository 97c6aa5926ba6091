import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { EngineClient, EngineError, Superseded, type WorkerLike } from "../../src/worker/client.ts";
import type { Question, Reply } from "../../src/worker/protocol.ts";

class FakeWorker implements WorkerLike {
  onmessage: WorkerLike["onmessage"] = null;
  onerror: WorkerLike["onerror"] = null;
  asked: Question[] = [];
  ended = false;

  postMessage(question: unknown): void {
    this.asked.push(question as Question);
  }

  terminate(): void {
    this.ended = true;
  }

  say(reply: Reply): void {
    this.onmessage?.({ data: reply } as MessageEvent<Reply>);
  }

  answer(answer: unknown): void {
    this.say({ id: this.asked.at(-1)?.id ?? 0, answer });
  }
}

let workers: FakeWorker[];
let client: EngineClient;
const REQUEST = { method: "GET", url: "http://cart/", headers: [] };
const FILES = { files: [{ name: "a", text: "" }], options: {}, request: null };

beforeEach(() => {
  vi.useFakeTimers();
  workers = [];
  client = new EngineClient(() => {
    const worker = new FakeWorker();
    workers.push(worker);
    return worker;
  }, 5_000);
});

afterEach(() => vi.useRealTimers());

test("questions wait until the engine is there, and are asked one by one", async () => {
  const version = client.ask("version", null);
  const curl = client.ask("toCurl", REQUEST);
  expect(workers[0]?.asked).toEqual([]);
  workers[0]?.say({ ready: true });
  expect(workers[0]?.asked.map(({ operation }) => operation)).toEqual(["version"]);
  workers[0]?.answer("1");
  expect(await version).toBe("1");
  workers[0]?.answer("curl");
  expect(await curl).toBe("curl");
});

test("a newer question takes the place of one that waits", async () => {
  workers[0]?.say({ ready: true });
  const first = client.ask("decide", REQUEST);
  const second = client.ask("decide", REQUEST);
  const third = client.ask("decide", { ...REQUEST, url: "http://stock/" });
  await expect(second).rejects.toThrow(Superseded);
  workers[0]?.answer("one");
  expect(await first).toBe("one");
  expect(workers[0]?.asked.map(({ ask }) => (ask as typeof REQUEST).url)).toEqual(["http://cart/", "http://stock/"]);
  workers[0]?.answer("three");
  expect(await third).toBe("three");
});

test("an error of the engine is the question's own", async () => {
  workers[0]?.say({ ready: true });
  const curl = client.ask("parseCurl", "wget");
  workers[0]?.say({ id: 1, error: "no command of curl" });
  await expect(curl).rejects.toThrow(new EngineError("no command of curl"));
});

test("an engine that hangs is replaced, and the new one gets the manifests", async () => {
  workers[0]?.say({ ready: true });
  const analysis = client.ask("load", FILES);
  workers[0]?.answer("analysis");
  expect(await analysis).toBe("analysis");
  const stuck = client.ask("decide", REQUEST);
  const said = expect(stuck).rejects.toThrow(
    "The engine did not answer within 5 s, so it was stopped and started again.",
  );
  vi.advanceTimersByTime(5_000);
  await said;
  expect(workers[0]?.ended).toBe(true);
  workers[1]?.say({ ready: true });
  expect(workers[1]?.asked.map(({ operation }) => operation)).toEqual(["load"]);
  workers[1]?.answer("analysis");
  const again = client.ask("decide", REQUEST);
  workers[1]?.answer("decision");
  expect(await again).toBe("decision");
});

test("manifests that the engine hangs on are not given to the next one", async () => {
  workers[0]?.say({ ready: true });
  const said = expect(client.ask("load", FILES)).rejects.toThrow(EngineError);
  vi.advanceTimersByTime(5_000);
  await said;
  workers[1]?.say({ ready: true });
  expect(workers[1]?.asked).toEqual([]);
});

test("what an engine was asked beside manifests does not cost it the manifests", async () => {
  workers[0]?.say({ ready: true });
  const said = expect(client.ask("load", { ...FILES, request: REQUEST })).rejects.toThrow(EngineError);
  vi.advanceTimersByTime(5_000);
  await said;
  workers[1]?.say({ ready: true });
  expect(workers[1]?.asked.map(({ ask }) => ask)).toEqual([FILES]);
  vi.advanceTimersByTime(5_000);
  // It was the manifests.
  workers[2]?.say({ ready: true });
  expect(workers[2]?.asked).toEqual([]);
});

test("an analysis of older manifests is not waited for", async () => {
  workers[0]?.say({ ready: true });
  const first = client.ask("load", FILES);
  const analysis = expect(client.ask("analyse", null)).rejects.toThrow(Superseded);
  void client.ask("load", FILES);
  await analysis;
  workers[0]?.answer({});
  await first;
  expect(workers[0]?.asked.map(({ operation }) => operation)).toEqual(["load", "load"]);
});

test("an engine that can't be loaded is not loaded again and again", async () => {
  const said = expect(client.ask("version", null)).rejects.toThrow("its file could not be loaded");
  workers[0]?.onerror?.({ message: "" } as ErrorEvent);
  await said;
  expect(workers).toHaveLength(1);
  await expect(client.ask("version", null)).rejects.toThrow(EngineError);
});

test("what an old worker says late is not heard", async () => {
  workers[0]?.say({ ready: true });
  const said = expect(client.ask("decide", REQUEST)).rejects.toThrow(EngineError);
  vi.advanceTimersByTime(5_000);
  await said;
  workers[1]?.say({ ready: true });
  const curl = client.ask("toCurl", REQUEST);
  workers[0]?.say({ id: 1, answer: "late" });
  workers[1]?.answer("curl");
  expect(await curl).toBe("curl");
});
