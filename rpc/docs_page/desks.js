// One page a desk: the day of the programs in examples/, the same calls one at a time. A step may use earlier
// answers (`got`); those of a refused step are null.

import { byId, colouredJson, element, inline, parseJson, post, scrollable, writeJson } from "./service.js";

const SHOP_ZONE = "Europe/London", STORE_ZONE = "Europe/Lisbon";
const ADDRESS = { line1: "1 Main Street", line2: "Flat 3", city: "Cork", country: "IE" };
const BOX = [
  { isbn: "978-0-13-235088-4", title: "Clean Code", authors: ["Robert C. Martin"], pages: 464, price: 39.99, quantity: 3 },
  { isbn: "978-0-547-77374-2", title: "A Wizard of Earthsea", authors: ["Ursula K. Le Guin"], pages: 183, price: 9.99, quantity: 5 },
  { isbn: "978-0-14-143951-8", title: "Pride and Prejudice", authors: ["Jane Austen"], pages: 480, price: 7.5, quantity: 4 },
];
const DAY_MS = 86_400_000;
const dayFromNow = (days, timeZone) => new Intl.DateTimeFormat("en-CA", { timeZone }).format(Date.now() + days * DAY_MS);
const today = (zone) => ({ from: dayFromNow(0, zone), to: dayFromNow(0, zone) });

// A step: its name, what it is about, the method and its parameters. Both may depend on earlier answers.
const lookUp = (row, index) => [`known${index}`, `Is **${row.title}** in the catalogue?`, "books.get", () => ({ isbn: row.isbn })];
const receive = (row, index) => [`book${index}`, `${row.quantity} copies of it come: a known book gets more, else it is new.`,
  (got) => (got[`known${index}`] === null ? "books.create" : "books.restock"),
  (got) => (got[`known${index}`] === null ? row : { id: got[`known${index}`].id, quantity: row.quantity })];
const deliveryIs = (name, status, about) => [name, about, "deliveries.update_status", (got) => ({ id: got.parcel.id, status })];
const joins = (name) => [name, `${name} joins.`, "members.create", () => ({ name: `${name} Visitor` })];
const comes = (name, about) => [`${name} comes`, about, "library.checkout", (got) => withBook(got, name)];
const withBook = (got, name) => ({ member_id: got[name].id, book_id: got.book.id });
const list = (name, about, title, price) => [name, about, "listings.create", (got) => ({ store_id: got.store.id, name: title, price })];
const buy = (name, about, listing) => [name, about, "purchases.create",
  (got) => ({ user_id: got.user.id, listing_id: got[listing].id, expected_price: got[listing].price })];

export const DESKS = {
  bookshop: {
    title: "A day at the bookshop",
    program: "examples/shop_day.py",
    steps: [
      ...BOX.map(lookUp),
      ...BOX.map(receive),
      ["sale", "Sell two over the counter, at the price on the label.", "sales.create",
        (got) => ({ book_id: got.book0.id, quantity: 2, expected_price: got.book0.price })],
      ["refund", "One comes back.", "sales.refund", (got) => ({ sale_id: got.sale.id, quantity: 1 })],
      ["quote", "A customer looks at an order before placing it.", "orders.quote", (got) => ({ items: [{ isbn: got.book1.isbn }, { isbn: got.book2.isbn }] })],
      ["order", "The customer orders at the quoted price, and pays.", "orders.place", (got) => ({
        items: [{ isbn: got.book1.isbn }, { isbn: got.book2.isbn }], customer: { name: "Ada Lovelace", email: "ada@example.org" },
        payment: { token: "tok_ok" }, expected_total: got.quote.total, address: ADDRESS })],
      ["parcel", "Plan the delivery.", "deliveries.schedule", (got) => ({ order_id: got.order.id, date: dayFromNow(3, SHOP_ZONE) })],
      deliveryIs("out", "out_for_delivery", "The parcel leaves."),
      deliveryIs("arrived", "delivered", "It arrives."),
      ["late", "Cancelling is refused now: `order_shipped`.", "orders.cancel", (got) => ({ order_id: got.order.id })],
      ["returned", "One book comes back.", "orders.return", (got) => ({ order_id: got.order.id, items: [{ book_id: got.order.lines[0].book_id, quantity: 1 }] })],
      ["totals", "Cash up, by the shop's own day.", "sales.totals", () => ({ ...today(SHOP_ZONE), time_zone: SHOP_ZONE })],
      ["orders", "Look through the orders of the day.", "orders.list", () => ({ ...today(SHOP_ZONE), time_zone: SHOP_ZONE, limit: 500 })],
      ["audit", "Every counter is explained by its rows.", "audit.run", () => ({ scope: "bookshop" })],
    ],
  },
  library: {
    title: "A day at the library",
    program: "examples/library_day.py",
    steps: [
      ["book", "A new book.", "books.create", () => ({ title: "A Day at the Library", authors: ["Nobody"], pages: 1, price: 1 })],
      ["copies", "Two copies of it are for loan.", "library.set_copies", (got) => ({ book_id: got.book.id, copies: 2 })],
      ...["Ada", "Ben", "Cleo", "Dora"].map(joins),
      ["members", "Find members by the beginnings of words.", "members.list", () => ({ query: "visit cle", limit: 500 })],
      comes("Ada", "Ada takes a copy."),
      comes("Ben", "Ben takes the other one."),
      comes("Cleo", "Cleo wants it too, and waits."),
      comes("Dora", "Dora waits behind her."),
      ["due", "Ada's loan was due two days ago.", "library.set_due_date",
        (got) => ({ ...withBook(got, "Ada"), due_at: new Date(Date.now() - 2.5 * DAY_MS).toISOString() })],
      ["queue", "Who waits, and until when? Nobody knows when an overdue copy comes.", "library.queue", (got) => ({ book_id: got.book.id })],
      ["another", "Another new book.", "books.create", () => ({ title: "A Night at the Library", authors: ["Nobody"], pages: 1, price: 1 })],
      ["more copies", "It has two copies for loan.", "library.set_copies", (got) => ({ book_id: got.another.id, copies: 2 })],
      ["overdue", "Ada may not borrow it while she is late: `loans_overdue`.", "library.checkout",
        (got) => ({ member_id: got.Ada.id, book_id: got.another.id })],
      ["back", "Ada brings the first one back; the copy passes to Cleo at once.", "library.return", (got) => withBook(got, "Ada")],
      ["shelf", "It is on the holds shelf.", "library.reservations", (got) => ({ book_id: got.book.id, status: "ready" })],
      ["fines", "What does Ada owe for it? Nothing, unless OCTAVO_FINE_PER_DAY says so.", "library.fines", (got) => ({ member_id: got.Ada.id })],
      ["fetched", "Cleo fetches it.", "library.fulfill", (got) => withBook(got, "Cleo")],
      ["lost", "Ben has lost his copy.", "library.withdraw_copy", (got) => ({ book_id: got.book.id, reason: "lost", member_id: got.Ben.id })],
      ["first", "Dora has kept her place in the queue.", "library.queue", (got) => ({ book_id: got.book.id })],
      ["renewal", "Cleo may not renew while others wait: `others_waiting`.", "library.renew", (got) => withBook(got, "Cleo")],
      ["gives up", "Dora gives up.", "library.cancel_reservation", (got) => withBook(got, "Dora")],
      ["renewed", "Now Cleo renews.", "library.renew", (got) => withBook(got, "Cleo")],
      ["returned", "Cleo brings it back.", "library.return", (got) => withBook(got, "Cleo")],
      ["left", "Ben leaves the library.", "members.archive", (got) => ({ id: got.Ben.id })],
      ["availability", "Where are the copies?", "library.availability", (got) => ({ book_id: got.book.id })],
      ["log", "The log of the book only grows.", "library.events", (got) => ({ book_id: got.book.id, limit: 500 })],
    ],
  },
  marketplace: {
    title: "A day at the marketplace",
    program: "examples/marketplace_day.py",
    steps: [
      ["store", "A store opens, with the hours of its door.", "stores.create",
        () => ({ name: "Livraria Nova", hours: "Mo-Fr 10:00-19:00; Sa 10:00-14:00; PH off", time_zone: STORE_ZONE })],
      ["holiday", "It is closed for a day.", "stores.set_special_day", (got) => ({ id: got.store.id, date: dayFromNow(7, STORE_ZONE), closed: true })],
      ["then", "Is it open on that day?", "stores.get", (got) => ({ id: got.store.id, open_at: `${dayFromNow(7, STORE_ZONE)}T11:00` })],
      list("disquiet", "The store lists a book.", "The Book of Disquiet", 12.5),
      list("blindness", "It lists another one.", "Blindness", 9.9),
      ["hits", "Anybody can find them at once.", "search.find", () => ({ query: "book of disquiet", kinds: ["listing"] })],
      ["user", "A user joins.", "users.create", () => ({ name: "Ricarda Reis" })],
      ["short", "Without cash nothing is bought: `insufficient_funds`.", "purchases.create", (got) => ({ user_id: got.user.id, listing_id: got.disquiet.id })],
      ["deposit", "She pays in.", "users.deposit", (got) => ({ id: got.user.id, amount: 30 })],
      buy("first", "She buys at the price of the page.", "disquiet"),
      buy("second", "She buys the other one too.", "blindness"),
      ["refund", "The first goes back.", "purchases.refund", (got) => ({ id: got.first.id })],
      ["left", "She takes her cash home.", "users.withdraw", (got) => ({ id: got.user.id, amount: got.refund.user_cash })],
      ["totals", "What was bought and paid back today?", "purchases.totals", () => today("UTC")],
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
  const link = element("a");
  const item = element("li", {}, element("p", {}, inline(about)), element("div", { className: "actions" }, link, run), request, answer);
  const methodNow = () => (typeof method === "string" ? method : method(got));
  const paramsNow = () => {
    try {
      return params(got);
    } catch {
      return null;
    }
  };
  item.show = () => {
    link.textContent = methodNow();
    link.href = `#${methodNow()}`;
    if (paramsNow()) request.replaceChildren(...colouredJson(paramsNow()));
  };
  item.run = async () => {
    const given = paramsNow();
    answer.hidden = false;
    if (!given) {
      answer.textContent = "Run the steps before this one first.";
      return;
    }
    request.replaceChildren(...colouredJson(given));
    try {
      const sent = parseJson((await post(writeJson({ jsonrpc: "2.0", method: methodNow(), params: given, id: 1 }))).text);
      got[name] = sent.result ?? null;
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
