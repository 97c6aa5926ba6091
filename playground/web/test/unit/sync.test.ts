import { expect, test } from "vitest";
import { RequestSync } from "../../src/request/sync.ts";
import type { Request } from "../../src/types.ts";

const CART: Request = { method: "GET", url: "http://cart/", headers: [], client_namespace: "shop" };

/** Views that write down what they are told, and an engine whose answers come when they are let go. */
function setup() {
  const log: string[] = [];
  const held: (() => void)[] = [];
  const later = <Value>(value: () => Value): Promise<Value> =>
    new Promise((resolve, reject) => {
      held.push(() => {
        try {
          resolve(value());
        } catch (error) {
          reject(error);
        }
      });
    });
  const sync = new RequestSync(
    {
      parse: (line) =>
        later(() => {
          if (!line.startsWith("curl ")) {
            throw new Error("no command of curl");
          }
          return { method: "GET", url: line.slice(5), headers: [] };
        }),
      format: (request) => later(() => `curl ${request.url}`),
    },
    {
      showForm: ({ url, client_namespace }) => log.push(`form ${url} from ${client_namespace}`),
      showCurl: (line) => log.push(line),
      showProblem: (problem) => problem && log.push(`! ${problem}`),
      changed: ({ url, client_namespace }) => log.push(`ask ${url} from ${client_namespace}`),
    },
  );
  const release = async (at = 0): Promise<void> => {
    held.splice(at, 1)[0]?.();
    await new Promise((settled) => setTimeout(settled));
  };
  return { sync, log, release };
}

test("a request from elsewhere is shown in both views", async () => {
  const { sync, log, release } = setup();
  void sync.show(CART);
  await release();
  expect(log).toEqual(["form http://cart/ from shop", "ask http://cart/ from shop", "curl http://cart/"]);
});

test("what is written in the form is asked at once, and shown in the line", async () => {
  const { sync, log, release } = setup();
  void sync.fromForm({ ...CART, url: "http://stock/" });
  expect(log).toEqual(["ask http://stock/ from shop"]);
  await release();
  expect(log).toEqual(["ask http://stock/ from shop", "curl http://stock/"]);
});

test("a line keeps the namespace of the client, which no line has", async () => {
  const { sync, log, release } = setup();
  void sync.show(CART);
  await release();
  log.length = 0;
  void sync.fromCurl("curl http://stock/");
  await release();
  expect(log).toEqual(["form http://stock/ from shop", "ask http://stock/ from shop"]);
});

test("a line that can't be read says why, and leaves the form alone", async () => {
  const { sync, log, release } = setup();
  void sync.fromCurl("wget http://stock/");
  await release();
  expect(log).toEqual(["! no command of curl"]);
});

test("an answer that comes late does not undo what was written since", async () => {
  const { sync, log, release } = setup();
  void sync.fromCurl("curl http://old/");
  void sync.fromForm({ ...CART, url: "http://new/" });
  await release(1);
  await release(0);
  expect(log).toEqual(["ask http://new/ from shop", "curl http://new/"]);
});
