// One page a desk: the day of the programs in examples/, a call at a time. A step may use earlier answers (`got`).

import { byId, colouredJson, element, inline, parseJson, post, scrollable, writeJson } from "./service.js";

const ISBN = "978-0-13-235088-4";
const CUSTOMER = { name: "Ada Lovelace", email: "ada@example.org" };
const ADDRESS = { line1: "1 Main Street", line2: "Flat 3", city: "Cork", country: "IE" };
const dayFromNow = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);
const period = () => ({ from: dayFromNow(0), to: dayFromNow(0) });

// A step: its name, what it is about, the method, its parameters.
export const DESKS = {
  bookshop: {
    title: "A day at the bookshop",
    program: "examples/shop_day.py",
    steps: [
      ["book", "A box brings ten copies of a book. If it was known already, the conflict says so, and `books.restock` adds copies.", "books.create",
        () => ({ title: "Clean Code", authors: ["Robert C. Martin"], pages: 464, price: 39.99, isbn: ISBN, quantity: 10 })],
      ["found", "Find it by its ISBN.", "books.get", () => ({ isbn: ISBN })],
      ["restocked", "Another box: two more copies.", "books.restock", (got) => ({ id: got.found.id, quantity: 2 })],
      ["sale", "Sell two over the counter, at the price on the label.", "sales.create",
        (got) => ({ book_id: got.found.id, quantity: 2, expected_price: got.found.price })],
      ["refund", "One comes back.", "sales.refund", (got) => ({ sale_id: got.sale.id, quantity: 1 })],
      ["quote", "A customer looks at an order before placing it.", "orders.quote", () => ({ items: [{ isbn: ISBN }] })],
      ["order", "The customer orders at the quoted price, and pays.", "orders.place",
        (got) => ({ items: [{ isbn: ISBN }], customer: CUSTOMER, payment: { token: "tok_ok" }, expected_total: got.quote.total, address: ADDRESS })],
      ["parcel", "Plan the delivery.", "deliveries.schedule", (got) => ({ order_id: got.order.id, date: dayFromNow(3) })],
      ["out", "The parcel leaves.", "deliveries.update_status", (got) => ({ id: got.parcel.id, status: "out_for_delivery" })],
      ["late", "Cancelling is refused now: `order_shipped`.", "orders.cancel", (got) => ({ order_id: got.order.id })],
      ["returned", "The book comes back.", "orders.return", (got) => ({ order_id: got.order.id })],
      ["totals", "Cash up.", "sales.totals", period],
      ["orders", "Look through the orders of the day.", "orders.list", period],
      ["audit", "Every counter is explained by its rows.", "audit.run", () => ({ scope: "bookshop" })],
    ],
  },
  library: {
    title: "A day at the library",
    program: "examples/library_day.py",
    steps: [
      ["book", "A new book.", "books.create", () => ({ title: "A Day at the Library", authors: ["Nobody"], pages: 1, price: 1 })],
      ["copies", "One copy of it is for loan.", "library.set_copies", (got) => ({ book_id: got.book.id, copies: 1 })],
      ["ada", "Ada joins.", "members.create", () => ({ name: "Ada Visitor" })],
      ["ben", "Ben joins.", "members.create", () => ({ name: "Ben Visitor" })],
      ["members", "Find members by the beginnings of words.", "members.list", () => ({ query: "visit be" })],
      ["loan", "Ada takes the copy.", "library.checkout", (got) => ({ member_id: got.ada.id, book_id: got.book.id })],
      ["waits", "Ben wants it too, and waits.", "library.checkout", (got) => ({ member_id: got.ben.id, book_id: got.book.id })],
      ["queue", "Who waits, and until when?", "library.queue", (got) => ({ book_id: got.book.id })],
      ["renewal", "Ada may not renew while others wait: `others_waiting`.", "library.renew", (got) => ({ member_id: got.ada.id, book_id: got.book.id })],
      ["back", "Ada brings it back; the copy passes to Ben at once.", "library.return", (got) => ({ member_id: got.ada.id, book_id: got.book.id })],
      ["shelf", "It is on the holds shelf.", "library.reservations", (got) => ({ book_id: got.book.id, status: "ready" })],
      ["fetched", "Ben fetches it.", "library.fulfill", (got) => ({ member_id: got.ben.id, book_id: got.book.id })],
      ["lost", "Ben has lost it.", "library.withdraw_copy", (got) => ({ book_id: got.book.id, reason: "lost", member_id: got.ben.id })],
      ["fines", "What does Ben owe?", "library.fines", (got) => ({ member_id: got.ben.id })],
      ["left", "Ada leaves the library.", "members.archive", (got) => ({ id: got.ada.id })],
      ["availability", "Where are the copies?", "library.availability", (got) => ({ book_id: got.book.id })],
      ["log", "The log of the book only grows.", "library.events", (got) => ({ book_id: got.book.id })],
    ],
  },
  marketplace: {
    title: "A day at the marketplace",
    program: "examples/marketplace_day.py",
    steps: [
      ["store", "A store opens, with the hours of its door.", "stores.create",
        () => ({ name: "Livraria Nova", hours: "Mo-Fr 10:00-19:00; Sa 10:00-14:00; PH off", time_zone: "Europe/Lisbon" })],
      ["holiday", "It is closed for a day.", "stores.set_special_day", (got) => ({ id: got.store.id, date: dayFromNow(7), closed: true })],
      ["then", "Is it open on that day?", "stores.get", (got) => ({ id: got.store.id, open_at: `${dayFromNow(7)}T11:00` })],
      ["listing", "The store lists a book.", "listings.create", (got) => ({ store_id: got.store.id, name: "The Book of Disquiet", price: 12.5 })],
      ["hits", "Anybody can find it at once.", "search.find", () => ({ query: "book of disquiet", kinds: ["listing"] })],
      ["user", "A user joins.", "users.create", () => ({ name: "Ricarda Reis" })],
      ["short", "Without cash nothing is bought: `insufficient_funds`.", "purchases.create", (got) => ({ user_id: got.user.id, listing_id: got.listing.id })],
      ["deposit", "She pays in.", "users.deposit", (got) => ({ id: got.user.id, amount: 30 })],
      ["purchase", "She buys at the price of the page.", "purchases.create",
        (got) => ({ user_id: got.user.id, listing_id: got.listing.id, expected_price: got.listing.price })],
      ["refund", "She gives it back.", "purchases.refund", (got) => ({ id: got.purchase.id })],
      ["left", "She takes her cash home.", "users.withdraw", (got) => ({ id: got.user.id, amount: got.refund.user_cash })],
      ["totals", "What was bought and paid back today?", "purchases.totals", period],
      ["top", "Who buys most?", "users.top", () => ({ limit: 3 })],
      ["audit", "Every cent is explained.", "audit.run", () => ({ scope: "marketplace" })],
    ],
  },
};

export function deskPage(desk) {
  const got = {};
  const steps = desk.steps.map((step) => stepItem(step, got));
  const all = element("button", { type: "button", className: "main" }, "Run the day");
  all.addEventListener("click", async () => {
    all.disabled = true;
    for (const step of steps) await step.run();
    all.disabled = false;
  });
  return [
    element("h1", {}, desk.title),
    element("p", {}, "Each step is one call; later ones use what earlier ones answered. The same day as a program is ",
      element("code", {}, desk.program), "."),
    element("div", { className: "actions" }, all, element("span", { className: "note" }, "changes data: use it on a demo")),
    element("ol", { className: "steps" }, steps),
  ];
}

function stepItem([name, about, method, params], got) {
  const request = scrollable(element("pre", {}, "Uses what an earlier step answers."), `Request: ${about}`);
  const answer = scrollable(element("pre", { hidden: true }), `Response: ${about}`);
  const run = element("button", { type: "button", className: "small" }, "Run");
  const item = element("li", {}, element("p", {}, inline(about)),
    element("div", { className: "actions" }, element("a", { href: `#${method}` }, method), run), request, answer);
  const paramsNow = () => {
    try {
      return params(got);
    } catch {
      return null;
    }
  };
  item.show = () => { if (paramsNow()) request.replaceChildren(...colouredJson(paramsNow())); };
  item.run = async () => {
    const given = paramsNow();
    answer.hidden = false;
    if (!given) {
      answer.textContent = "Run the steps before this one first.";
      return;
    }
    request.replaceChildren(...colouredJson(given));
    try {
      const sent = parseJson((await post(writeJson({ jsonrpc: "2.0", method, params: given, id: 1 }))).text);
      if (sent.result) got[name] = sent.result;
      answer.className = sent.error ? "bad" : "good";
      answer.replaceChildren(...colouredJson(sent.error ?? sent.result));
    } catch (fault) {
      answer.textContent = `The service gave no answer: ${fault.message}`;
    }
    for (const other of byId("main").querySelectorAll(".steps > li")) other.show();
  };
  run.addEventListener("click", item.run);
  item.show();
  return item;
}
