// Calls a service with the TypeScript client, and prints what it saw for test_clients.py.
import { InvalidParams, NoAnswer, NotFound, Octavo, OctavoError, OutOfStock, Unauthenticated } from "./octavo-client.js";

declare const process: { argv: string[] };
declare const console: { log(text: string): void };
const [, , url = ""] = process.argv;
const octavo = new Octavo({ url, key: "secret123" });

/** What a promise is rejected with. */
async function refusalOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(() => undefined, (error: unknown) => error);
}

const seen: Record<string, unknown> = {};

const book = await octavo.books.get({ id: 1 });
const title: string = book.title;
// @ts-expect-error: a book has no such field.
book.titel;
// @ts-expect-error: nor is it found by its name.
seen["wrong parameter"] = (await refusalOf(octavo.books.get({ name: "x" }))) instanceof InvalidParams;
seen["title"] = title;

const sale = await octavo.sales.create({ book_id: 3 });
seen["stock left"] = sale.stock_left;

const refusal = await refusalOf(octavo.sales.create({ book_id: 4, quantity: 7 }));
if (refusal instanceof OutOfStock) {
  const available: number = refusal.data.available;
  seen["refusal"] = [refusal.name, refusal.code, refusal.retryable, available, refusal instanceof OctavoError];
}

const [one, two, three] = await octavo.batch((b) => [
  b.books.get({ id: 1 }),
  b.books.get({ id: 12345 }),
  b.stores.get({ id: 1, open_at: "2099-11-24T11:00" }),
]);
seen["batch"] = [
  one.status === "fulfilled" ? one.value.title : one.reason.code,
  two.status === "rejected" ? two.reason instanceof NotFound : two.value.title,
  three.status === "fulfilled" ? three.value.is_open : three.reason.code,
];

const totals = await octavo.sales.totals({ from: "2020-01-01", to: "2099-12-31" });
seen["totals"] = [totals.from, totals.copies_sold];
seen["returned"] = (await octavo.library.return({ member_id: 2, book_id: 44 })).handed_to;
seen["without a key"] = (await refusalOf(new Octavo({ url }).books.get({ id: 1 }))) instanceof Unauthenticated;
const nowhere = new Octavo({ url: "http://127.0.0.1:1/rpc", deadlineMs: 300 });
seen["nobody there"] = (await refusalOf(nowhere.books.get({ id: 1 }))) instanceof NoAnswer;
console.log(JSON.stringify(seen));
