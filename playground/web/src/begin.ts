/** What the page begins with: files of `gammactl playground`, what a link holds, or an example. */
import { byId, h } from "./dom.ts";
import { EXAMPLES } from "./examples/index.ts";
import type { Playground } from "./playground.ts";
import { EMPTY_REQUEST, type Scene, SceneError } from "./scene.ts";
import { follow, isServed, servedFiles, withFiles } from "./serve.ts";
import { decode } from "./share/codec.ts";

export async function begin(playground: Playground): Promise<void> {
  listExamples(playground);
  addEventListener("hashchange", () => void linked().then((scene) => open(playground, scene)));
  const scene = await linked();
  if (isServed()) {
    await serve(playground);
  } else if (!scene || "problem" in scene) {
    playground.load(EXAMPLES[0].scene);
  }
  open(playground, scene);
}

function listExamples(playground: Playground): void {
  const select = byId<HTMLSelectElement>("examples");
  const groups = [...new Set(EXAMPLES.map(({ group }) => group))];
  select.append(
    h("option", { value: "" }, "Examples"),
    ...groups.map((label) =>
      h(
        "optgroup",
        { label },
        ...EXAMPLES.filter(({ group }) => group === label).map(({ id, title }) => h("option", { value: id }, title)),
      ),
    ),
  );
  select.addEventListener("change", () => {
    const chosen = EXAMPLES.find(({ id }) => id === select.value);
    select.value = "";
    if (chosen) {
      playground.load(chosen.scene);
    }
  });
}

/** The scene in the page's address, or what is wrong with it; nothing if there is none. */
async function linked(): Promise<Scene | { problem: string } | undefined> {
  if (!/^#\d+\./.test(location.hash)) {
    return undefined;
  }
  try {
    return await decode(location.hash);
  } catch (error) {
    return { problem: error instanceof SceneError ? error.message : "This link could not be read." };
  }
}

/** Opens what a link holds. One that can't be read changes nothing. */
function open(playground: Playground, scene: Scene | { problem: string } | undefined): void {
  if (scene && "problem" in scene) {
    playground.alert(scene.problem);
  } else if (scene) {
    playground.load(scene);
  }
}

async function serve(playground: Playground): Promise<void> {
  const served = byId("served");
  served.hidden = false;
  const show = (up: boolean): void => {
    served.textContent = up ? "In step with your files" : "gammactl playground has ended";
    served.classList.toggle("down", !up);
  };
  const empty: Scene = { files: [], request: EMPTY_REQUEST, namespace: "default" };
  try {
    const first = await servedFiles();
    playground.load(withFiles(empty, first));
    show(true);
  } catch {
    playground.load(empty);
    show(false);
  }
  follow((files) => playground.update(withFiles(playground.scene, files)), show);
}
