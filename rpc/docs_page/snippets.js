// The same request as a command and as programs that need nothing installed.

import { byId, element, scrollable, writeJson } from "./service.js";

const url = () => new URL("../rpc", import.meta.url).href;
const DEMO_KEY = document.querySelector('meta[name="demo-key"]').content;
// A key of somebody's own is not put where it would be copied from.
const key = () => (DEMO_KEY && byId("key").value === DEMO_KEY ? DEMO_KEY : "YOUR-KEY");

function curl(body) {
  return `curl -s ${url()} \\\n  -H 'X-API-Key: ${key()}' -H 'Content-Type: application/json' \\\n  -d '${body.replaceAll("'", "'\\''")}'`;
}

function javascript(body) {
  return [
    `const response = await fetch(${JSON.stringify(url())}, {`,
    '  method: "POST",',
    `  headers: { "X-API-Key": ${JSON.stringify(key())}, "Content-Type": "application/json" },`,
    `  body: ${JSON.stringify(body)},`,
    "});",
    "console.log(await response.text());",
  ].join("\n");
}

function python(body) {
  return [
    "import urllib.error",
    "import urllib.request",
    "",
    "request = urllib.request.Request(",
    `    ${JSON.stringify(url())},`,
    `    data=${JSON.stringify(body)}.encode(),`,
    `    headers={"X-API-Key": ${JSON.stringify(key())}, "Content-Type": "application/json"},`,
    ")",
    "try:",
    "    response = urllib.request.urlopen(request)",
    "except urllib.error.HTTPError as refusal:",
    "    response = refusal",
    "print(response.read().decode())",
  ].join("\n");
}

const WRITERS = { curl, JavaScript: javascript, Python: python };

export function copyButton(text) {
  const button = element("button", { type: "button" }, "Copy");
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(text());
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
  return button;
}

// A box with the snippet in one of the languages; `body` gives the request now.
export function snippets(body) {
  const shown = scrollable(element("pre", { className: "snippet" }), "Snippet");
  let language = "curl";
  const buttons = Object.keys(WRITERS).map((name) => element("button", { type: "button" }, name));
  const show = () => {
    shown.textContent = WRITERS[language](writeJson(body()));
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.textContent === language));
  };
  for (const button of buttons) button.addEventListener("click", () => { language = button.textContent; show(); });
  const box = element("div", { className: "snippets" },
    element("h3", {}, element("span", {}, "As a program"), buttons, copyButton(() => shown.textContent)), shown);
  box.show = show;
  return box;
}
