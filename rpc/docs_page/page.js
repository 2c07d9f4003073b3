// The pages of the document: an overview, one page a method, one a desk, and the editor of batches.

import { byId, colouredJson, element, inline, prose, scrollable, setUpKey, table } from "./service.js";
import { batchPage, callSection } from "./calls.js";
import { DESKS, deskPage } from "./desks.js";
import { fieldsOf, useSchemas } from "./schemas.js";
import { found } from "./search.js";

const state = { document: null, method: null, page: "" };

function errorRows(method) {
  return method.errors.map((error) => {
    const { type, retryable, detail, ...details } = error.data;
    const example = Object.keys(details).length ? element("code", {}, JSON.stringify(details)) : "";
    return [element("code", {}, String(error.code)), element("code", { id: `${method.name}/${type}` }, type),
      [...inline(detail ?? error.message), retryable ? " Retry later." : ""], example];
  });
}

function heading(method, part, ...title) {
  return element("h2", { id: `${method.name}/${part}` }, title,
    element("a", { className: "anchor", href: `#${method.name}/${part}`, "aria-label": `Link to ${part}` }, "#"));
}

function methodPage(method) {
  const role = method["x-role"] ? `${method["x-role"]} or above` : "no key needed";
  const top = element("div", { className: "heading" }, element("h1", {}, method.name),
    element("span", { className: "badge" }, role),
    method["x-changes"] ? element("span", { className: "badge changes" }, "changes something") : null);
  const result = fieldsOf(method.result.schema);
  return [
    top, ...prose(method.description), heading(method, "call", "Call it"), callSection(method),
    heading(method, "result", "Result: ", method.result.name),
    result.length ? table(["Field", "Type", "Meaning"], result, "Fields of the result") : element("p", { className: "note" }, "An object."),
    ...method.examples.slice(0, 1).flatMap((example) => [heading(method, "example", "Example result"),
      scrollable(element("pre", {}, colouredJson(example.result.value)), "Example result")]),
    heading(method, "errors", "Errors"),
    table(["Code", "Type", "Meaning", "Data, for example"], errorRows(method), "Errors of the method"),
  ];
}

function card(name, about, href = `#${name}`) {
  return element("a", { className: "card", href }, element("b", {}, name), element("span", {}, inline(about)));
}

function overview() {
  const desks = Object.entries(DESKS).map(([name, desk]) => card(name, `${desk.title}, a call at a time.`));
  const parts = [element("h1", {}, state.document.info.title), ...prose(state.document.info.description)];
  parts.push(element("h2", {}, "Start here"), element("div", { className: "cards" }, desks, card("batch", "Put calls together and send them at once, or write any body.")));
  for (const [namespace, methods] of namespaces()) {
    parts.push(element("h2", {}, namespace));
    parts.push(element("div", { className: "cards" }, methods.map((method) => card(method.name, method.summary))));
  }
  return parts;
}

function namespaces() {
  const spaces = new Map();
  for (const method of state.document.methods) {
    const [namespace] = method.name.split(".");
    spaces.set(namespace, [...(spaces.get(namespace) ?? []), method]);
  }
  return spaces;
}

function link(page, text, ...more) {
  return element("a", { href: `#${page}`, "aria-current": page === state.page ? "page" : null }, text, more);
}

function showMethods() {
  const wanted = byId("filter").value.trim();
  let parts = [];
  if (wanted) {
    parts = found(state.document.methods, wanted).map(({ method, part, why }) =>
      element("a", { href: `#${method.name}${part ? `/${part}` : ""}` }, method.name, why ? element("span", { className: "why" }, why) : null));
    byId("hits").textContent = `${parts.length} found`;
    if (!parts.length) parts = [element("p", { className: "note" }, "None fits.")];
  } else {
    byId("hits").textContent = "";
    parts.push(element("h3", {}, "start"), ...Object.keys(DESKS).map((name) => link(name, name)), link("batch", "batch and raw"));
    for (const [namespace, methods] of namespaces()) {
      parts.push(element("h3", {}, namespace), ...methods.map((method) => link(method.name, method.name.slice(namespace.length + 1))));
    }
  }
  byId("methods").replaceChildren(...parts);
}

// `#orders.place` is a page, `#orders.place/errors` and `#orders.place/items` are places on it.
function showPage(event) {
  const hash = decodeURIComponent(location.hash.slice(1));
  const [page] = hash.split("/");
  if (page !== state.page || !event) {
    state.page = page;
    state.method = state.document.methods.find((method) => method.name === page) ?? null;
    document.title = page ? `${page} – Octavo` : "Octavo: methods";
    const parts = state.method ? methodPage(state.method) : DESKS[page] ? deskPage(DESKS[page])
      : page === "batch" ? batchPage(state.document.methods) : overview();
    byId("main").replaceChildren(...parts);
    window.scrollTo(0, 0);
    if (event) byId("main").focus({ preventScroll: true });
  }
  showMethods();
  const target = hash === page ? null : byId(hash);
  target?.scrollIntoView();
  target?.querySelector("input, select, textarea")?.focus({ preventScroll: true });
}

// `/` goes to the search; arrows move through what it found; Enter opens the first.
function setUpKeyboard() {
  const links = () => [...byId("methods").querySelectorAll("a")];
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.target.closest("input, textarea, select")) {
      event.preventDefault();
      byId("filter").select();
    }
  });
  document.querySelector(".side").addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      const at = links().indexOf(document.activeElement);
      (links()[at + step] ?? byId("filter")).focus();
    } else if (event.key === "Enter" && event.target === byId("filter") && links().length) {
      location.hash = links()[0].hash;
    } else if (event.key === "Escape") {
      byId("filter").value = "";
      showMethods();
      byId("filter").focus();
    }
  });
}

async function start() {
  setUpKey();
  byId("skip").addEventListener("click", (event) => { event.preventDefault(); byId("main").focus(); });
  try {
    state.document = await (await fetch("openrpc.json")).json();
  } catch (fault) {
    byId("main").replaceChildren(element("p", {}, `openrpc.json cannot be read: ${fault.message}`));
    return;
  }
  useSchemas(state.document.components.schemas);
  byId("filter").addEventListener("input", showMethods);
  setUpKeyboard();
  window.addEventListener("hashchange", showPage);
  showPage();
}

start();
