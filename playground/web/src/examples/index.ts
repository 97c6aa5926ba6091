/** Scenes to begin with: what routes do, and a mistake of each family of diagnostics. */
import type { Scene } from "../scene.ts";
import type { Header } from "../types.ts";
import canary from "./canary.yaml?raw";
import input from "./mistake-input.yaml?raw";
import lint from "./mistake-lint.yaml?raw";
import meaning from "./mistake-meaning.yaml?raw";
import reference from "./mistake-reference.yaml?raw";
import mirror from "./mirror.yaml?raw";
import redirect from "./redirect.yaml?raw";
import services from "./services.yaml?raw";
import split from "./split.yaml?raw";

export interface Example {
  id: string;
  title: string;
  group: "Routes" | "Mistakes";
  scene: Scene;
}

function example(
  id: string,
  group: Example["group"],
  title: string,
  route: string,
  request: string,
  ...headers: Header[]
): Example {
  const [method = "GET", url = ""] = request.split(" ");
  return {
    id,
    group,
    title,
    scene: {
      files: [
        { name: "routes.yaml", text: route },
        { name: "services.yaml", text: services },
      ],
      request: { method, url, headers, client_namespace: "shop" },
      namespace: "shop",
    },
  };
}

export const EXAMPLES: [Example, ...Example[]] = [
  example("split", "Routes", "Split by weight", split, "GET http://cart/items/17"),
  example("canary", "Routes", "Canary by header", canary, "GET http://cart/", ["x-version", "v2"]),
  example("redirect", "Routes", "Redirect what has moved", redirect, "GET http://cart/checkout/old?step=2"),
  example("mirror", "Routes", "Mirror to a new version", mirror, "POST http://cart/orders"),
  example("mistake-input", "Mistakes", "A field that is misspelt", input, "GET http://cart/"),
  example("mistake-reference", "Mistakes", "A backend that is not there", reference, "GET http://cart/"),
  example("mistake-meaning", "Mistakes", "Weights that are all zero", meaning, "GET http://cart/beta"),
  example("mistake-lint", "Mistakes", "A match that can never win", lint, "GET http://cart/checkout"),
];
