// Panels: each names the calls that it needs and makes elements of their results. All calls go as one batch.

import { byId, callAll, element, setUpKey, table } from "../docs/service.js";
import { barChart } from "./chart.js";
import { health } from "./health.js";

const REFRESH_S = 30, HEALTH_S = 5, PAGE = 100, PAGE_MAX = 500;
const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "UTC";
const STATUSES = ["pending", "paid", "partially_refunded", "refunded", "declined", "failed", "cancelled"];

const money = (amount) => Number(amount).toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const count = (page, items = page.items) => (page.next_cursor ? `${items.length}+` : String(items.length));
const plural = (number, word) => `${number} ${word}${Number(number) === 1 ? "" : "s"}`;
const words = (name) => name.replaceAll("_", " ");
const note = (text) => element("p", { className: "note" }, text);
const moment = (instant) => new Date(instant).toLocaleString(undefined, { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const day = (instant) => new Date(instant).toLocaleDateString(undefined, { day: "numeric", month: "short" });
const rows = (titles, items, show, label, none) => (items.length ? table(titles, items.map(show), label) : note(none));

// The last days by the calendar of this browser, as YYYY-MM-DD, today last.
function lastDays(number) {
  const now = new Date();
  return Array.from({ length: number }, (_, index) => {
    const then = new Date(now.getFullYear(), now.getMonth(), now.getDate() - (number - 1 - index));
    return [then.getFullYear(), then.getMonth() + 1, then.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
  });
}

const shownDays = () => lastDays(Number(byId("days").value));
const wholeDay = (date) => ({ from: date, to: date, time_zone: ZONE });
const figures = new Map();
const turns = new Map();
let lastTurn = 0;

const panels = {
  "sales": {
    calls: () => shownDays().map((date) => ["sales.totals", wholeDay(date)]),
    show: (...totals) => {
      const days = shownDays();
      const [today] = totals.slice(-1);
      figures.set("sales", ["Sales today", money(today.net), `${plural(today.copies_sold, "copy").replace("copys", "copies")} sold`]);
      const sum = (name) => totals.reduce((whole, each) => whole + Math.round(each[name] * 100), 0) / 100;
      const text = `${money(sum("gross"))} sold, ${money(sum("refunded"))} refunded, ${money(sum("net"))} net in ${days.length} days`;
      const bars = totals.map((each, index) => ({
        day: day(`${days[index]}T12:00`), up: each.gross, down: each.refunded,
        title: `${days[index]}: ${money(each.gross)} sold, ${money(each.refunded)} refunded`,
      }));
      const numbers = totals.map((each, index) => [days[index], money(each.gross), money(each.refunded), money(each.net), String(each.copies_sold), String(each.copies_refunded)]);
      return [
        element("p", { className: "legend" }, element("span", { className: "key-sales" }, "Sales"), element("span", { className: "key-refunds" }, "Refunds"),
          element("span", { className: "note" }, text)),
        barChart(bars, `Sales and refunds by day: ${text}`),
        element("details", {}, element("summary", {}, "As a table"),
          table(["Day", "Sold", "Refunded", "Net", "Copies sold", "Copies back"], numbers.reverse(), "Sales and refunds by day, as a table")),
      ];
    },
  },
  "orders": {
    calls: () => STATUSES.map((status) => ["orders.list", { status, from: shownDays()[0], time_zone: ZONE, limit: PAGE }]),
    show: (...pages) => {
      const all = pages.flatMap((page) => page.items).sort((one, other) => other.placed_at.localeCompare(one.placed_at));
      const pending = pages[STATUSES.indexOf("pending")];
      figures.set("orders", ["Orders pending", count(pending), `of ${count({ next_cursor: pages.some((page) => page.next_cursor) }, all)} in ${shownDays().length} days`]);
      const states = STATUSES.map((status, index) => element("div", {}, element("dt", {}, state(status)), element("dd", {}, count(pages[index]))));
      return [
        note(`Placed in the last ${shownDays().length} days`),
        element("dl", { className: "facts" }, states),
        rows(["Order", "State, delivery", "Customer", "Total"], all.slice(0, 8), (each) =>
          [[`#${each.id}`, element("span", { className: "by" }, moment(each.placed_at))],
            [state(each.status), element("span", { className: "by" }, words(each.deliveries.at(-1)?.status ?? "no delivery"))], each.customer.name, money(each.total)],
        "The latest orders", "No orders."),
      ];
    },
  },
  "ran-out": {
    calls: () => [["books.list", { in_stock: false, sort: "title", limit: PAGE }]],
    show: (page) => {
      figures.set("ran-out", ["Ran out", count(page), "titles without a copy"]);
      return rows(["Title", "Price"], page.items, (each) => [title(each), money(each.price)], "Titles that ran out", "Every title has copies.");
    },
  },
  "stock": {
    calls: () => [["books.list", { in_stock: true, limit: PAGE_MAX, ...(byId("title").value.trim() && { title: byId("title").value.trim() }) }]],
    show: (page) => {
      const copies = page.items.reduce((whole, each) => whole + each.stock, 0);
      const value = page.items.reduce((whole, each) => whole + each.stock * Math.round(each.price * 100), 0) / 100;
      const few = [...page.items].sort((one, other) => one.stock - other.stock).slice(0, 50);
      const whole = page.next_cursor ? `The first ${page.items.length} titles: ` : `${plural(page.items.length, "title")}: `;
      return [
        note(`${whole}${copies} copies for ${money(value)}; those with the fewest copies first.`),
        rows(["Title", "Price", "Copies"], few, (each) => [title(each), money(each.price), String(each.stock)], "Titles with the fewest copies", "No title in stock fits."),
      ];
    },
  },
  "queues": {
    calls: () => [["library.reservations", { status: "waiting", limit: PAGE_MAX }]],
    show: (page) => {
      const queues = grouped(page.items);
      const longest = [...queues.values()].sort((one, other) => other.length - one.length);
      figures.set("queues", ["Waiting", count(page), `for ${plural(queues.size, "book")}`]);
      return rows(["Book", "Waiting", "Next"], longest.slice(0, 50), (queue) => {
        const next = queue.reduce((one, other) => (one.position <= other.position ? one : other));
        const when = next.estimated_ready_at ? `about ${day(next.estimated_ready_at)}` : words(next.estimate_reason ?? "no date");
        return [next.title, String(queue.length), `${next.member_name}, ${when}`];
      }, "Queues, the longest first", "Nobody waits.");
    },
  },
  "shelf": {
    calls: () => [["library.reservations", { status: "ready", limit: PAGE }]],
    show: (page) => {
      figures.set("shelf", ["On the holds shelf", count(page), "to be fetched"]);
      return rows(["Book", "For", "Fetch by"], page.items, (each) => [each.title, each.member_name, moment(each.fetch_by)], "Holds shelf, soonest first", "The shelf is empty.");
    },
  },
  "overdue": {
    calls: () => [["library.loans", { open: true, overdue: true, limit: PAGE }]],
    show: (page) => {
      figures.set("overdue", ["Overdue loans", count(page), "not brought back"]);
      return rows(["Book", "Member", "Was due"], page.items, (each) => [each.title, each.member_name, moment(each.due_at)], "Overdue loans, the longest overdue first", "No loan is overdue.");
    },
  },
  "stores": {
    calls: () => [["stores.list", { open_at: new Date().toISOString(), sort: "name", limit: PAGE }]],
    show: (page) => {
      figures.set("stores", ["Stores open now", count(page), "by their own clocks"]);
      return rows(["Store", "Closes", "Time zone", "Listings"], page.items, (each) =>
        [each.name, closing(each), each.time_zone, String(each.listings_count)], "Open stores, by name", "All stores are closed.");
    },
  },
  "popular": {
    calls: () => [["stores.popular", { by: "value", limit: 8 }], ["purchases.totals", wholeDay(lastDays(1)[0])]],
    show: (page, today) => [
      note(`Today: ${plural(today.count, "purchase")}, ${money(today.value)} bought, ${money(today.refunded)} paid back`),
      rows(["Store", "Purchases", "Value"], page.items, (each) => [each.name, String(each.count), money(each.value)], "Ranking of stores", "Nothing was bought yet."),
    ],
  },
};

function grouped(items) {
  const queues = new Map();
  for (const each of items) queues.set(each.book_id, [...(queues.get(each.book_id) ?? []), each]);
  return queues;
}

const state = (status) => element("span", { className: `state ${status}` }, words(status));
const title = (book) => [element("b", {}, book.title), element("span", { className: "by" }, book.authors.join(", "))];
// By the store's own clock, which is the one of its answer.
const closing = ({ closes_at: at }) => `${at.slice(11, 16)}, ${new Date(`${at.slice(0, 10)}T12:00`).toLocaleDateString(undefined, { weekday: "short" })}`;

function refusal(error) {
  const { type, role, needed_role: needed } = error.data ?? {};
  const text = type === "forbidden" ? `Needs a key of role ${needed}; this one's role is ${role}.`
    : type === "unauthenticated" ? "Needs an API key: the one above is missing, unknown or revoked." : error.message;
  return element("p", { className: "refused" }, text);
}

// Shows panels. An answer that comes after a later question about the same panel is not shown.
async function show(names) {
  const turn = ++lastTurn;
  for (const name of names) turns.set(name, turn);
  const asked = names.map((name) => panels[name].calls());
  const answers = await callAll([...asked.flat(), ["keys.list", { limit: 1 }]]);
  const role = answers.pop();
  if (turn === lastTurn) showRole(role);
  for (const [index, name] of names.entries()) {
    const own = answers.splice(0, asked[index].length);
    if (turns.get(name) !== turn) continue;
    const refused = own.find((each) => each.error);
    if (refused) figures.delete(name);
    byId(name).replaceChildren(...[refused ? refusal(refused.error) : panels[name].show(...own.map((each) => each.result))].flat());
  }
  byId("figures").replaceChildren(...[...figures.values()].map(([name, value, about]) =>
    element("div", { className: "figure" }, element("span", {}, name), element("strong", {}, value), element("span", { className: "note" }, about))));
}

// Only an admin may list keys; who may not is told the key's role.
function showRole({ error }) {
  const role = error ? error.data?.role : "admin";
  byId("role").textContent = role ? `role ${role}` : "no valid key";
  byId("run-audit").disabled = role !== "admin";
  const mayNot = role ? `Needs a key of role admin; this one's role is ${role}.` : "Needs an API key of role admin.";
  if (role !== "admin") byId("audit").replaceChildren(element("p", { className: "refused" }, mayNot));
  else if (byId("audit").querySelector(".refused")) byId("audit").replaceChildren();
}

async function refresh(names = Object.keys(panels)) {
  try {
    await show(names);
    byId("asked").textContent = `As of ${new Date().toLocaleTimeString()}, ${ZONE}; asked again every ${REFRESH_S} s`;
  } catch (fault) {
    byId("asked").textContent = `The service gave no answer: ${fault.message}`;
  }
}

async function showHealth() {
  try {
    byId("health").replaceChildren(...(await health()).flat().filter(Boolean));
  } catch (fault) {
    byId("health").replaceChildren(element("p", { className: "refused" }, `/metrics can't be read: ${fault.message}`));
  }
}

async function runAudit() {
  byId("run-audit").disabled = true;
  byId("audit").replaceChildren(note("Comparing…"));
  const [{ result, error }] = await callAll([["audit.run", {}]]).catch((fault) => [{ error: fault }]);
  byId("audit").replaceChildren(...(error ? [refusal(error)] : auditParts(result)));
  byId("run-audit").disabled = error?.data?.type === "forbidden";
}

function auditParts(result) {
  const checked = Object.entries(result.checked).map(([name, number]) => element("div", {}, element("dt", {}, words(name)), element("dd", {}, String(number))));
  const verdict = result.ok ? "Every counter and balance is explained." : `${result.differences.length} differences${result.truncated ? " and more" : ""}`;
  return [
    element("p", { className: result.ok ? "good" : "bad" }, verdict),
    element("dl", { className: "facts" }, checked),
    ...result.differences.map((each) => element("pre", {}, JSON.stringify(each))),
  ];
}

function every(seconds, work) {
  setInterval(() => { if (!document.hidden) work(); }, seconds * 1000);
}

setUpKey(() => refresh());
byId("refresh").addEventListener("click", () => refresh());
byId("days").addEventListener("change", () => refresh(["sales", "orders"]));
byId("title").addEventListener("change", () => refresh(["stock"]));
byId("run-audit").addEventListener("click", runAudit);
every(REFRESH_S, refresh);
every(HEALTH_S, showHealth);
refresh();
showHealth();
