/** The page: makes its parts and wires them to the scene. */
import { byId } from "./dom.ts";
import { Playground } from "./playground.ts";
import { EngineClient } from "./worker/client.ts";
import { startWorker } from "./worker/start.ts";
import { begin } from "./begin.ts";
import { followTheme } from "./theme.ts";

followTheme(byId<HTMLButtonElement>("theme"));
const playground = new Playground(new EngineClient(startWorker));
await begin(playground);
