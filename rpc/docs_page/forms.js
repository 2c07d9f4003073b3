// A form of a method's parameters. A field reads its value, writes one, and finds the field that a path of an
// error leads to. What is left empty is left out; numbers keep the digits that were typed.

import { element, inline, numberOf, writeJson } from "./service.js";
import { kindOf, limitsOf, resolved, soleKind, variants } from "./schemas.js";

let lastId = 0;

export function fieldFor(name, schema, required, about) {
  const kind = soleKind(schema);
  if (!kind && variants(schema).some((each) => each.type === "array")) return eitherField(name, schema, required, about);
  if (kind?.type === "object" && kind.properties) return objectField(name, kind, required, about);
  if (kind?.type === "array" && kind.items) return listField(name, kind, required, about);
  return plainField(name, schema, kind, required, about);
}

export function paramsForm(method) {
  const fields = method.params.map((each) => fieldFor(each.name, each.schema, each.required, each.description));
  method.params.forEach((each, index) => { fields[index].id = `${method.name}/${each.name}`; });
  const form = element("form", {}, element("div", { className: "fields" }, fields));
  form.read = () => gathered(fields);
  form.write = (params) => fields.forEach((field) => field.write(params[field.name]));
  form.locate = ([first, ...rest]) => fields.find((field) => field.name === first)?.locate(rest);
  return form;
}

function gathered(fields) {
  const pairs = fields.map((field) => [field.name, field.read()]).filter(([, value]) => value !== undefined);
  return Object.fromEntries(pairs);
}

function head(name, schema, required) {
  const limits = limitsOf(soleKind(schema) ?? resolved(schema));
  return [
    element("span", { className: "name" }, name),
    element("span", { className: "kind" }, [kindOf(schema), limits].filter(Boolean).join(", ")),
    required ? element("span", { className: "kind must" }, "required") : null,
  ];
}

function objectField(name, kind, required, about) {
  const children = Object.entries(kind.properties).map(([each, schema]) =>
    fieldFor(each, schema, kind.required?.includes(each), resolved(schema).description));
  const field = element("fieldset", { className: "field group" }, element("legend", {}, head(name, kind, required)),
    element("span", { className: "about" }, inline(about ?? "")), element("div", { className: "fields" }, children));
  field.read = () => {
    const value = gathered(children);
    return Object.keys(value).length ? value : undefined;
  };
  field.write = (value) => children.forEach((child) => child.write(value?.[child.name]));
  field.locate = ([first, ...rest]) => children.find((child) => child.name === first)?.locate(rest) ?? field;
  return named(field, name);
}

function listField(name, kind, required, about) {
  const items = element("div", { className: "fields" });
  const add = element("button", { type: "button", className: "small" }, `Add to ${name}`);
  const field = element("fieldset", { className: "field group" }, element("legend", {}, head(name, kind, required)),
    element("span", { className: "about" }, inline(about ?? "")), items, add);
  const addItem = (value) => {
    const child = fieldFor(`${name} ${items.children.length + 1}`, kind.items, false, "");
    const remove = element("button", { type: "button", className: "small", "aria-label": `Remove from ${name}` }, "Remove");
    remove.addEventListener("click", () => { child.remove(); changed(items); });
    child.append(remove);
    child.write(value);
    items.append(child);
  };
  add.addEventListener("click", () => { addItem(); changed(items); });
  const filled = () => [...items.children].filter((child) => child.read() !== undefined);
  field.read = () => (filled().length ? filled().map((child) => child.read()) : undefined);
  field.write = (values) => {
    items.replaceChildren();
    (values ?? (required ? [undefined] : [])).forEach(addItem);
  };
  field.locate = ([index, ...rest]) => filled()[Number(index)]?.locate(rest) ?? field;
  field.write(undefined);
  return named(field, name);
}

// A value that is a text or a list: both have a field, and the one chosen is read.
function eitherField(name, schema, required, about) {
  const kinds = variants(schema).filter((each) => each.type !== "null");
  const group = `form-${++lastId}`;
  const forms = kinds.map((kind) => ({
    isList: kind.type === "array",
    field: kind.type === "array" ? fieldFor("list", kind, required, "") : fieldFor("text", { ...kind, examples: resolved(schema).examples }, false, ""),
    radio: element("input", { type: "radio", name: group }),
  }));
  let chosen;
  const choose = (form) => {
    chosen = form;
    for (const each of forms) {
      each.radio.checked = each === form;
      each.field.hidden = each !== form;
    }
  };
  const choices = forms.map((form) => {
    form.radio.addEventListener("input", () => choose(form));
    return element("label", { className: "choice" }, form.radio, form.isList ? "as a list" : "as text");
  });
  const field = element("fieldset", { className: "field group" }, element("legend", {}, head(name, schema, required)),
    element("span", { className: "about" }, inline(about ?? "")), choices,
    element("div", { className: "fields" }, forms.map((form) => form.field)));
  choose(forms[0]);
  field.read = () => chosen.field.read();
  field.write = (value) => {
    if (value !== undefined) choose(forms.find((form) => form.isList === Array.isArray(value)));
    for (const form of forms) form.field.write(form === chosen ? value : undefined);
  };
  field.locate = (path) => chosen.field.locate(path);
  return named(field, name);
}

function plainField(name, schema, kind, required, about) {
  const id = `field-${++lastId}`;
  const choices = kind?.enum ?? (kind?.type === "boolean" ? [true, false] : null);
  const types = variants(schema).map((each) => each.type);
  const numeric = types.some((type) => type === "integer" || type === "number");
  const properties = { id, "aria-describedby": `${id}-about`, autocomplete: "off", spellcheck: "false" };
  const [example] = kind?.examples ?? resolved(schema).examples ?? [];
  let input;
  if (choices) input = element("select", properties, element("option", { value: "" }, "–"), choices.map((each) => element("option", { value: JSON.stringify(each) }, String(each))));
  else input = element("input", { ...properties, type: "text", inputmode: numeric ? "decimal" : null, placeholder: example === undefined ? null : String(example) });
  const field = element("div", { className: "field" }, element("label", { for: id }, head(name, schema, required)), input);
  const clear = types.includes("null") && required !== undefined && !kindHasDefault(schema) ? nullBox(field, input) : null;
  if (name === "idempotency_key") field.append(makeUpButton(input));
  field.append(element("span", { className: "about", id: `${id}-about` }, inline(about ?? "")));
  field.read = () => (clear?.checked ? null : valueOf(input.value, { choices, numeric }));
  field.write = (value) => {
    if (clear) clear.checked = input.disabled = value === null;
    const empty = value === undefined || value === null;
    input.value = empty ? "" : choices || typeof value !== "string" ? writeJson(value) : plain(value);
  };
  field.locate = () => field;
  return named(field, name);
}

// Where null is what leaving out means, nobody needs a box for it.
const kindHasDefault = (schema) => "default" in resolved(schema);
const plain = (text) => writeJson(text).startsWith('"') ? text : writeJson(text);
const changed = (box) => box.dispatchEvent(new Event("input", { bubbles: true }));

function named(field, name) {
  Object.defineProperty(field, "name", { value: name });
  return field;
}

function nullBox(field, input) {
  const box = element("input", { type: "checkbox" });
  box.addEventListener("change", () => { input.disabled = box.checked; });
  field.append(element("label", { className: "null" }, box, "null: clear it"));
  return box;
}

function makeUpButton(input) {
  const button = element("button", { type: "button", className: "small" }, "Make one up");
  button.addEventListener("click", () => {
    const random = crypto.getRandomValues(new Uint32Array(4));
    input.value = [...random].map((each) => each.toString(36)).join("-");
    changed(input);
  });
  return button;
}

function valueOf(text, { choices, numeric }) {
  if (text === "") return undefined;
  if (choices) return JSON.parse(text);
  // A number that is none goes out as it is: the service says best what is wrong with it.
  return (numeric ? numberOf(text.trim()) : undefined) ?? text;
}

export function blame(field, problem) {
  field.setAttribute("data-problem", "");
  field.querySelector("input, select, textarea")?.setAttribute("aria-invalid", "true");
  field.append(element("span", { className: "problem" }, problem));
}

export function forgive(form) {
  for (const field of form.querySelectorAll("[data-problem]")) {
    field.removeAttribute("data-problem");
    field.querySelector("[aria-invalid]")?.removeAttribute("aria-invalid");
  }
  for (const problem of form.querySelectorAll(".problem")) problem.remove();
}
