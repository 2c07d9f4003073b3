import { byId, element, post, setUpKey } from "./service.js";

const state = { document: null, method: null, nextId: 1 };

// The document's texts use a little Markdown: paragraphs, `code` and **bold**.
function prose(text) {
  return text.split(/\n{2,}/).map((paragraph) => element("p", {}, ...inline(paragraph)));
}

function inline(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).filter(Boolean).map((part) => {
    if (part.startsWith("`")) return element("code", {}, part.slice(1, -1));
    if (part.startsWith("**")) return element("b", {}, part.slice(2, -2));
    return part;
  });
}

function colouredJson(value) {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const token = /("(?:\\.|[^"\\])*")(\s*:)?|\b(true|false|null)\b|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;
  const parts = [];
  let end = 0;
  for (const found of text.matchAll(token)) {
    const [whole, string, colon, word] = found;
    const kind = string ? (colon ? "j-name" : "j-string") : word ? "j-word" : "j-number";
    parts.push(text.slice(end, found.index), element("span", { className: kind }, string ?? whole));
    if (colon) parts.push(colon);
    end = found.index + whole.length;
  }
  return [...parts, text.slice(end)];
}

// Schemas

function resolved(schema) {
  const name = schema?.$ref?.split("/").pop();
  return name ? state.document.components.schemas[name] : (schema ?? {});
}

function variants(schema) {
  return (schema.anyOf ?? schema.oneOf ?? [schema]).map((each) => ({ ...resolved(each), via: each.$ref }));
}

function kindOf(schema) {
  const kinds = variants(resolved(schema)).map((each) => {
    if (each.enum) return each.enum.map((value) => JSON.stringify(value)).join(" | ");
    if (each.const !== undefined) return JSON.stringify(each.const);
    if (each.type === "array") return `list of ${each.items ? kindOf(each.items) : "anything"}`;
    if (each.type === "string" && each.format) return each.format;
    return each.title && each.type === "object" ? each.title : (each.type ?? "anything");
  });
  return [...new Set(kinds)].join(" or ");
}

function boundsOf(schema) {
  const bounds = [];
  const { minimum, maximum } = schema;
  const bounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  if (minimum !== undefined && bounded) bounds.push(`${grouped(minimum)} to ${grouped(maximum)}`);
  else if (minimum !== undefined) bounds.push(`from ${grouped(minimum)}`);
  if (schema.maxLength !== undefined) bounds.push(`up to ${grouped(schema.maxLength)} characters`);
  if (schema.maxItems !== undefined) bounds.push(`up to ${schema.maxItems} items`);
  if (schema.default !== undefined) bounds.push(`default ${JSON.stringify(schema.default)}`);
  return bounds.join(", ");
}

function grouped(number) {
  return number.toLocaleString("en");
}

// The form: one field a parameter; what is left empty is left out.

function fieldFor(parameter) {
  const schema = resolved(parameter.schema);
  const kinds = variants(schema);
  const choices = schema.enum ?? (schema.type === "boolean" ? [true, false] : null);
  const structured = kinds.some((each) => each.type === "array" || each.type === "object");
  const id = `p-${parameter.name}`;
  const properties = { id, name: parameter.name, autocomplete: "off", spellcheck: "false" };
  let input;
  if (choices) {
    const options = choices.map((each) => element("option", { value: JSON.stringify(each) }, String(each)));
    input = element("select", properties, element("option", { value: "" }, "–"), ...options);
  } else if (structured) {
    input = element("textarea", { ...properties, placeholder: "JSON" });
  } else {
    input = element("input", { ...properties, type: "text", placeholder: placeholderOf(schema) });
  }
  const labels = [element("label", { for: id, className: "name" }, parameter.name)];
  labels.push(element("span", { className: "kind" }, [kindOf(schema), boundsOf(schema)].filter(Boolean).join(", ")));
  if (parameter.required) labels.push(element("span", { className: "kind must" }, "required"));
  if (parameter.name === "idempotency_key") labels.push(makeUpButton(input));
  const line = element("div", { className: "field" }, ...labels, input);
  line.append(element("span", { className: "about" }, ...inline(parameter.description ?? "")));
  line.read = () => valueOf(input.value, { choices, structured, kinds });
  line.write = (value) => {
    const plain = typeof value === "string" && !choices;
    input.value = value === undefined ? "" : plain ? value : JSON.stringify(value);
  };
  return line;
}

function makeUpButton(input) {
  const button = element("button", { type: "button", className: "small" }, "Make one up");
  button.addEventListener("click", () => {
    const random = crypto.getRandomValues(new Uint32Array(4));
    input.value = [...random].map((each) => each.toString(36)).join("-");
    input.dispatchEvent(new Event("input", { bubbles: true }));
  });
  return button;
}

function placeholderOf(schema) {
  const [example] = schema.examples ?? [];
  return example === undefined ? "" : String(example);
}

function valueOf(text, { choices, structured, kinds }) {
  if (text === "") return undefined;
  if (choices) return JSON.parse(text);
  const types = kinds.map((each) => each.type);
  if (structured) {
    if (types.includes("string") && !/^\s*[[{]/.test(text)) return text;
    return JSON.parse(text);
  }
  const number = types.some((type) => type === "integer" || type === "number");
  // A number that is none goes out as it is: the service says best what is wrong with it.
  return number && /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
}

function paramsOf(form) {
  const params = {};
  for (const field of form.querySelectorAll(".field")) {
    const value = field.read();
    if (value !== undefined) params[field.querySelector("[name]").name] = value;
  }
  return params;
}

function readable(form) {
  const fields = [...form.querySelectorAll(".field")];
  for (const field of fields) {
    field.removeAttribute("data-problem");
    field.querySelector(".problem")?.remove();
    try {
      field.read();
    } catch (fault) {
      blame(field, `is no JSON: ${fault.message}`);
    }
  }
  return fields.every((field) => !field.hasAttribute("data-problem"));
}

function blame(field, problem) {
  field.setAttribute("data-problem", "");
  field.append(element("span", { className: "problem" }, problem));
}

// Calls

function curlFor(request) {
  const body = JSON.stringify(request).replaceAll("'", "'\\''");
  const url = new URL("rpc", location.href).href;
  return `curl -s ${url} -H 'X-API-Key: YOUR-KEY' -H 'Content-Type: application/json' -d '${body}'`;
}

function copyButton(text) {
  const button = element("button", { type: "button" }, "Copy");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text());
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  return button;
}

function callSection(method) {
  const fields = method.params.map(fieldFor);
  const request = element("pre");
  const curl = element("pre");
  const answer = element("pre", {}, "Nothing sent yet.");
  const outcome = element("span");
  const sendButton = element("button", { className: "main", type: "submit" }, "Send");
  const form = element("form", {}, element("div", { className: "fields" }, ...fields));
  if (!fields.length) form.append(element("p", { className: "note" }, "Takes no parameters."));
  const buttons = element("div", { className: "actions" }, sendButton);
  method.examples.forEach((example, index) => {
    const label = method.examples.length > 1 ? `Example ${index + 1}` : "Fill in the example";
    const button = element("button", { type: "button" }, label);
    button.addEventListener("click", () => { fill(form, example); show(); });
    buttons.append(button);
  });
  const clear = element("button", { type: "button" }, "Clear");
  clear.addEventListener("click", () => { fill(form, { params: [] }); show(); });
  buttons.append(clear, element("span", { className: "note" }, "Ctrl + Enter sends"));
  form.append(buttons);

  const requestNow = () => ({ jsonrpc: "2.0", method: method.name, params: paramsOf(form), id: state.nextId });
  function show() {
    if (!readable(form)) return;
    request.replaceChildren(...colouredJson(requestNow()));
    curl.textContent = curlFor(requestNow());
  }
  form.addEventListener("input", show);
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (!readable(form)) return;
    show();
    sendButton.disabled = true;
    await perform(method, paramsOf(form), { form, answer, outcome });
    sendButton.disabled = false;
  });
  show();
  const pane = element("div", { className: "pane" },
    element("h3", {}, "Request", copyButton(() => JSON.stringify(requestNow()))), request,
    element("h3", { "aria-live": "polite" }, "Response", outcome), answer,
    element("h3", {}, "As a command", copyButton(() => curl.textContent)), curl);
  return element("div", { className: "call" }, form, pane);
}

function fill(form, example) {
  const given = example.params.filter((each) => each.value !== null);
  const values = Object.fromEntries(given.map((each) => [each.name, each.value]));
  for (const field of form.querySelectorAll(".field")) field.write(values[field.querySelector("[name]").name]);
}

async function perform(method, params, { form, answer, outcome }) {
  try {
    const sent = await post(JSON.stringify({ jsonrpc: "2.0", method: method.name, params, id: state.nextId++ }));
    sent.answer = JSON.parse(sent.text);
    const good = "result" in sent.answer;
    answer.className = good ? "good" : "bad";
    answer.replaceChildren(...colouredJson(sent.answer));
    outcome.textContent = `HTTP ${sent.status}, ${sent.ms} ms, ${sent.text.length} characters`;
    outcome.title = `X-Request-Id: ${sent.requestId}`;
    for (const each of sent.answer.error?.data?.errors ?? []) {
      const input = form.elements.namedItem(each.parameter);
      if (input) blame(input.closest(".field"), each.problem);
    }
    if (sent.status === 401) byId("key").focus();
  } catch (fault) {
    answer.className = "bad";
    answer.textContent = `The service gave no answer: ${fault.message}`;
    outcome.textContent = "";
  }
}

// Pages

function table(titles, rows) {
  const head = element("tr", {}, ...titles.map((title) => element("th", { scope: "col" }, title)));
  const body = rows.map((cells) => element("tr", {}, ...cells.map((cell) => element("td", {}, ...[cell].flat()))));
  const whole = element("table", {}, element("thead", {}, head), element("tbody", {}, ...body));
  return element("div", { className: "scroll" }, whole);
}

function fieldsOf(schema, prefix = "") {
  return Object.entries(resolved(schema).properties ?? {}).flatMap(([name, each]) => {
    const inner = resolved(each);
    const described = [element("code", {}, prefix + name), kindOf(each), inline(inner.description ?? "")];
    const items = inner.type === "array" ? inner.items : null;
    const nested = items ? fieldsOf(items, `${prefix}${name}[].`) : fieldsOf(each, `${prefix}${name}.`);
    return [described, ...nested];
  });
}

function errorRows(method) {
  return method.errors.map((error) => {
    const { type, retryable, ...details } = error.data;
    const example = Object.keys(details).length ? element("code", {}, JSON.stringify(details)) : "";
    return [element("code", {}, String(error.code)), element("code", {}, type),
      [...inline(details.detail ?? error.message), retryable ? " Retry later." : ""],
      error.code === -32602 ? element("code", {}, JSON.stringify({ errors: details.errors })) : example];
  });
}

function methodPage(method) {
  const role = method["x-role"] ? `${method["x-role"]} or above` : "no key needed";
  const heading = element("div", { className: "heading" }, element("h1", {}, method.name),
    element("span", { className: "badge" }, role),
    method["x-changes"] ? element("span", { className: "badge changes" }, "changes something") : null);
  const result = fieldsOf(method.result.schema);
  const parts = [heading, ...prose(method.description), element("h2", {}, "Call it"), callSection(method)];
  parts.push(element("h2", {}, "Result: ", method.result.name));
  parts.push(result.length ? table(["Field", "Type", "Meaning"], result) : element("p", { className: "note" }, "An object."));
  parts.push(element("h2", {}, "Example result"), element("pre", {}, ...colouredJson(method.examples[0]?.result.value ?? {})));
  parts.push(element("h2", {}, "Errors"), table(["Code", "Type", "Meaning", "Data, for example"], errorRows(method)));
  return parts;
}

function overview() {
  const parts = [element("h1", {}, state.document.info.title), ...prose(state.document.info.description)];
  for (const [namespace, methods] of namespaces()) {
    parts.push(element("h2", {}, namespace));
    parts.push(element("div", { className: "cards" }, ...methods.map((method) =>
      element("a", { className: "card", href: `#${method.name}` },
        element("b", {}, method.name), element("span", {}, ...inline(method.summary))))));
  }
  return parts;
}

function namespaces() {
  const found = new Map();
  for (const method of state.document.methods) {
    const [namespace] = method.name.split(".");
    found.set(namespace, [...(found.get(namespace) ?? []), method]);
  }
  return found;
}

function showMethods() {
  const wanted = byId("filter").value.trim().toLowerCase();
  const fits = (method) => `${method.name} ${method.summary}`.toLowerCase().includes(wanted);
  const parts = [];
  for (const [namespace, methods] of namespaces()) {
    const links = methods.filter(fits).map((method) => element("a", {
      href: `#${method.name}`, "aria-current": method === state.method ? "page" : null,
    }, method.name.slice(namespace.length + 1)));
    if (links.length) parts.push(element("h3", {}, namespace), ...links);
  }
  byId("methods").replaceChildren(...(parts.length ? parts : [element("p", { className: "note" }, "None fits.")]));
}

function showPage() {
  const name = decodeURIComponent(location.hash.slice(1));
  state.method = state.document.methods.find((method) => method.name === name) ?? null;
  document.title = state.method ? `${name} – Octavo` : "Octavo: methods";
  showMethods();
  byId("main").replaceChildren(...(state.method ? methodPage(state.method) : overview()));
  window.scrollTo(0, 0);
}

async function start() {
  setUpKey();
  try {
    state.document = await (await fetch("openrpc.json")).json();
  } catch (fault) {
    byId("main").replaceChildren(element("p", {}, `openrpc.json cannot be read: ${fault.message}`));
    return;
  }
  byId("filter").addEventListener("input", showMethods);
  byId("filter").addEventListener("keydown", (event) => {
    const first = event.key === "Enter" && byId("methods").querySelector("a");
    if (first) location.hash = first.hash;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.closest("input, textarea, select")) return;
    event.preventDefault();
    byId("filter").focus();
  });
  window.addEventListener("hashchange", showPage);
  showPage();
}

start();
