// What the pages share: elements, exact JSON, the key, and calls.
// Whatever comes from the service goes into a page as text: nothing here is parsed as HTML.

export const byId = (id) => document.getElementById(id);

export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name in made && typeof value !== "string") made[name] = value;
    else made.setAttribute(name === "className" ? "class" : name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

// Columns of numbers are aligned at their ends.
export function table(titles, rows, label) {
  const aligned = (index) => typeof rows[0]?.[index] === "string" && /^[-\d.,+]+$/.test(rows[0][index]) ? "number" : null;
  const row = (tag, more) => (cells) => element("tr", {}, cells.map((cell, index) => element(tag, { className: aligned(index), ...more }, cell)));
  const whole = element("table", {},
    element("thead", {}, row("th", { scope: "col" })(titles)), element("tbody", {}, rows.map(row("td"))));
  return scrollable(element("div", { className: "scroll" }, whole), label);
}

// What can scroll is reached by keyboard too.
export function scrollable(box, label) {
  box.tabIndex = 0;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", label);
  return box;
}

// The texts of the service use a little Markdown: paragraphs, `code` and **bold**.
export function prose(text) {
  return text.split(/\n{2,}/).map((paragraph) => element("p", {}, inline(paragraph)));
}

export function inline(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).filter(Boolean).map((part) => {
    if (part.startsWith("`")) return element("code", {}, part.slice(1, -1));
    if (part.startsWith("**")) return element("b", {}, part.slice(2, -2));
    return part;
  });
}

export function colouredJson(value) {
  const text = writeJson(value, 2);
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

// JSON with its numbers as they were written: a number that JavaScript would change becomes a text
// behind a mark, and a number again when it goes out. 9007199254740993 stays 9007199254740993.

const MARK = "\uE000";
const NUMBER = "-?(?:0|[1-9]\\d*)(?:\\.\\d+)?(?:[eE][+-]?\\d+)?";
const TOKENS = new RegExp(`"(?:\\\\.|[^"\\\\])*"|${NUMBER}`, "g");
const MARKED = new RegExp(`"${MARK}(${NUMBER})"`, "g");
const WHOLE_NUMBER = new RegExp(`^${NUMBER}$`);

export function parseJson(text) {
  return JSON.parse(text.replace(TOKENS, (token) =>
    token.startsWith('"') || String(Number(token)) === token ? token : `"${MARK}${token}"`));
}

export function writeJson(value, indent) {
  return JSON.stringify(value, null, indent).replace(MARKED, "$1");
}

export function numberOf(text) {
  return WHOLE_NUMBER.test(text) ? parseJson(text) : undefined;
}

// The key is kept for the session of this tab; where demo mode runs, the demo key is filled in.

const KEY = "octavo.key";

export function setUpKey(changed) {
  const field = byId("key");
  field.value = sessionStorage.getItem(KEY) ?? document.querySelector('meta[name="demo-key"]').content;
  field.addEventListener("input", () => sessionStorage.setItem(KEY, field.value));
  field.addEventListener("change", () => changed?.());
}

// One request: a call, or a batch of calls. Gives the text of the answer, and how it went.
export async function post(body) {
  const headers = { "Content-Type": "application/json" };
  const key = byId("key").value.trim();
  if (key) headers["X-API-Key"] = key;
  const started = performance.now();
  const response = await fetch(new URL("../rpc", import.meta.url), { method: "POST", headers, body });
  const text = await response.text();
  return {
    status: response.status,
    text,
    ms: Math.max(1, Math.round(performance.now() - started)),
    requestId: response.headers.get("X-Request-Id"),
    retryAfter: response.headers.get("Retry-After"),
  };
}

// The answers to calls in their order, each {result} or {error}; a refusal of the whole is the answer to all.
export async function callAll(calls) {
  const batch = calls.map(([method, params], id) => ({ jsonrpc: "2.0", method, params, id }));
  const answer = JSON.parse((await post(JSON.stringify(batch))).text);
  return Array.isArray(answer) ? answer : calls.map(() => answer);
}
