// Serves the built page on loopback: as any static server does, or as `gammactl playground` does, with files.
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

export const DIST = fileURLToPath(new URL("../../../../dist/playground/", import.meta.url));

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** `served`, if there is one, has the `files` that gammactl would serve; `change` tells the page of others. */
export async function serve(served) {
  const listeners = new Set();
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url, "http://localhost").pathname);
    if (served && path === "/files.json") {
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(served));
    } else if (served && path === "/events") {
      response.writeHead(200, { "content-type": "text/event-stream" }).write(":\n\n");
      listeners.add(response);
      request.on("close", () => listeners.delete(response));
    } else if (path === "/" || path === "/index.html") {
      const page = await readFile(join(DIST, "index.html"), "utf8");
      const meta = served ? '<meta name="gamma-serve" content="1"></head>' : "</head>";
      response.writeHead(200, { "content-type": TYPES[".html"] }).end(page.replace("</head>", meta));
    } else {
      const file = join(DIST, path);
      const found = await stat(file).catch(() => undefined);
      if (found?.isFile()) {
        response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" });
        createReadStream(file).pipe(response);
      } else {
        response.writeHead(404).end();
      }
    }
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    change(files) {
      served.files = files;
      for (const listener of listeners) {
        listener.write("data: changed\n\n");
      }
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
