// Calling a method by its form, and any body at all by the editor of batches.

import { byId, colouredJson, element, parseJson, post, scrollable, writeJson } from "./service.js";
import { blame, forgive, paramsForm } from "./forms.js";
import { copyButton, snippets } from "./snippets.js";

let nextId = 1;

// Sends a body, shows how it went, and gives the parsed answer if there is one.
async function perform(body, answer, outcome) {
  try {
    const sent = await post(body);
    const parsed = sent.text ? parseJson(sent.text) : null;
    const good = sent.status < 300 && [parsed].flat().every((each) => !each?.error);
    answer.className = good ? "good" : "bad";
    answer.replaceChildren(...(sent.text ? colouredJson(parsed) : ["Notifications alone get no answer."]));
    const wait = sent.retryAfter ? `, retry after ${sent.retryAfter} s` : "";
    outcome.textContent = `HTTP ${sent.status}, ${sent.ms} ms, ${sent.text.length} characters${wait}`;
    outcome.title = `X-Request-Id: ${sent.requestId}`;
    if (sent.status === 401) byId("key").focus();
    return parsed;
  } catch (fault) {
    answer.className = "bad";
    answer.textContent = `The service gave no answer: ${fault.message}`;
    outcome.textContent = "";
    return null;
  }
}

export const exampleParams = (example) =>
  Object.fromEntries(example.params.filter((each) => each.value !== null).map((each) => [each.name, each.value]));

function actions(method, form, show) {
  const send = element("button", { className: "main", type: "submit" }, "Send");
  const examples = method.examples.map((example, index) => {
    const label = method.examples.length > 1 ? `Example ${index + 1}` : "Fill in the example";
    const button = element("button", { type: "button" }, label);
    button.addEventListener("click", () => { form.write(exampleParams(example)); show(); });
    return button;
  });
  const clear = element("button", { type: "button" }, "Clear");
  clear.addEventListener("click", () => { form.write({}); show(); });
  const batch = element("button", { type: "button" }, "Add to the batch");
  batch.addEventListener("click", () => {
    addToBatch(method.name, form.read());
    batch.textContent = `In the batch: ${batchCalls().length}`;
  });
  return element("div", { className: "actions" }, send, examples, clear, batch, element("span", { className: "note" }, "Ctrl + Enter sends"));
}

export function callSection(method) {
  const form = paramsForm(method);
  const request = scrollable(element("pre"), "Request");
  const answer = scrollable(element("pre", {}, "Nothing sent yet."), "Response");
  const outcome = element("span", { role: "status" });
  const requestNow = () => ({ jsonrpc: "2.0", method: method.name, params: form.read(), id: nextId });
  const programs = snippets(requestNow);
  const show = () => {
    forgive(form);
    request.replaceChildren(...colouredJson(requestNow()));
    programs.show();
  };
  if (!method.params.length) form.append(element("p", { className: "note" }, "Takes no parameters."));
  form.append(actions(method, form, show));
  form.addEventListener("input", show);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    show();
    const body = writeJson(requestNow());
    nextId += 1;
    const answered = await perform(body, answer, outcome);
    for (const { path, parameter, problem } of answered?.error?.data?.errors ?? []) {
      const field = form.locate(path ?? [parameter]);
      if (field) blame(field, problem);
    }
    form.querySelector("[aria-invalid]")?.focus();
  });
  show();
  const pane = element("div", { className: "pane" },
    element("h3", {}, "Request", copyButton(() => writeJson(requestNow()))), request,
    element("h3", {}, "Response", outcome), answer, programs);
  return element("div", { className: "call" }, form, pane);
}

// The batch is the text of the editor: what is added or removed changes that text, and it is sent as it is.

let batchText = "[]";

function batchCalls() {
  try {
    return [parseJson(batchText)].flat();
  } catch {
    return [];
  }
}

function addToBatch(method, params) {
  const calls = batchCalls();
  batchText = writeJson([...calls, { jsonrpc: "2.0", method, params, id: calls.length + 1 }], 2);
}

export function batchPage(methods) {
  const editor = element("textarea", { id: "editor", spellcheck: "false", className: "editor" });
  const problem = element("p", { className: "note", role: "status" });
  const list = element("ol", { className: "batch" });
  const answer = scrollable(element("pre", {}, "Nothing sent yet."), "Response");
  const outcome = element("span", { role: "status" });
  const choice = element("select", { id: "batch-method" }, methods.map((each) => element("option", {}, each.name)));
  const add = element("button", { type: "button" }, "Add its example");
  const clear = element("button", { type: "button" }, "Empty");
  const send = element("button", { type: "submit", className: "main" }, "Send");
  const programs = snippets(() => parseJson(editor.value));
  const show = () => {
    editor.value = batchText;
    showList();
  };
  const showList = () => {
    const calls = batchCalls();
    list.replaceChildren(...calls.map((call, index) => {
      const remove = element("button", { type: "button", className: "small", "aria-label": `Remove call ${index + 1}` }, "Remove");
      remove.addEventListener("click", () => { batchText = writeJson(calls.toSpliced(index, 1), 2); show(); });
      return element("li", {}, element("code", {}, String(call?.method)), " ", remove);
    }));
    try {
      programs.show();
      problem.textContent = `${calls.length} calls; they run side by side and are answered in this order. A batch is no transaction.`;
    } catch (fault) {
      problem.textContent = `No JSON, but it is sent as it is: ${fault.message}`;
    }
  };
  editor.addEventListener("input", () => { batchText = editor.value; showList(); });
  add.addEventListener("click", () => {
    const method = methods.find((each) => each.name === choice.value);
    addToBatch(method.name, exampleParams(method.examples[0] ?? { params: [] }));
    show();
  });
  clear.addEventListener("click", () => { batchText = "[]"; show(); });
  const form = element("form", {},
    element("div", { className: "actions" }, element("label", { for: "batch-method" }, "Method"), choice, add, clear), list,
    element("label", { for: "editor" }, "Body, sent as it is written here"), editor, problem,
    element("div", { className: "actions" }, send, element("span", { className: "note" }, "Ctrl + Enter sends")));
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); perform(editor.value, answer, outcome); });
  show();
  return [
    element("h1", {}, "Batch and raw editor"),
    element("p", {}, "Put calls together from their examples or from the page of a method, or write any body."),
    element("h2", {}, "Compose and send"),
    element("div", { className: "call" }, form,
      element("div", { className: "pane" }, element("h3", {}, "Response", outcome), answer, programs)),
  ];
}
