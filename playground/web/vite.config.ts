import { defineConfig } from "vitest/config";
import { CONTENT_SECURITY_POLICY } from "./csp.ts";

export default defineConfig({
  // Static files that work in any folder of any server.
  base: "./",
  build: {
    outDir: "../../dist/playground",
    emptyOutDir: true,
    target: "es2022",
    // `light-dark()` and nesting are left as they are.
    cssTarget: ["chrome123", "firefox121", "safari17.5"],
    assetsInlineLimit: 0,
    modulePreload: false,
  },
  worker: { format: "es" },
  plugins: [
    {
      name: "content-security-policy",
      // Not while developing: Vite's own client puts inline styles into the page.
      apply: "build",
      transformIndexHtml: () => [
        {
          tag: "meta",
          attrs: { "http-equiv": "Content-Security-Policy", content: CONTENT_SECURITY_POLICY },
          injectTo: "head-prepend",
        },
      ],
    },
  ],
  test: { include: ["test/unit/**/*.test.ts"] },
});
