// Answers questions about files, one a line, with the engine in the folder that is named.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const folder = process.argv[2];
const engine = await import(pathToFileURL(`${folder}/gamma_playground.js`));
engine.initSync({ module: readFileSync(`${folder}/gamma_playground_bg.wasm`) });

function about({ files, old, options, requests, cases }) {
  const workspace = new engine.Workspace();
  workspace.set_files(JSON.stringify(files), JSON.stringify(options));
  const answers = {
    check: workspace.print_check("json"),
    sarif: workspace.print_check("sarif"),
    diff: workspace.print_diff(JSON.stringify(old), "json"),
  };
  // Some random lines are no requests.
  const read = JSON.parse(engine.read_log(requests.join("\n"))).filter(({ error }) => !error);
  const explained = (format) => read.map((request) => workspace.print_explain(JSON.stringify(request), format));
  answers.explain = explained("text").join("\n");
  answers["explain in JSON"] = explained("json").join("");
  if (cases) answers.test = engine.cases(JSON.stringify([...files, ...cases]));
  workspace.free();
  return answers;
}

function conversion(files) {
  const converted = JSON.parse(engine.convert(JSON.stringify(files), ""));
  const written = [...converted.files, ...converted.beside].map(({ path, text }) => [path, text]);
  return Object.fromEntries([...written, ["proof", converted.proof.text]]);
}

for await (const line of createInterface({ input: process.stdin })) {
  const question = JSON.parse(line);
  const answers = question.convert ? conversion(question.convert) : about(question);
  console.log(JSON.stringify(answers));
}
