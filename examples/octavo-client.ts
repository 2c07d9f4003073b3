/**
 * A typed client of Octavo 1.0.0, made by `python -m rpc.client typescript`. Nothing to install.
 *
 *     import { Octavo, OutOfStock } from "./octavo-client.js";
 *
 *     const octavo = new Octavo({ url: "http://localhost:8000/rpc", key: "secret123" });
 *     const book = await octavo.books.get({ id: 1 });
 *     try {
 *       await octavo.sales.create({ book_id: book.id, quantity: 7 });
 *     } catch (refusal) {
 *       if (refusal instanceof OutOfStock) console.log(refusal.data.available);
 *     }
 *     const [one, two] = await octavo.batch((b) => [b.books.get({ id: 1 }), b.stores.get({ id: 1 })]);
 *     if (one.status === "fulfilled") console.log(one.value.title);
 *
 * Every change gets an idempotency key (or give your own, `idempotency_key`), so it happens once,
 * however often it is sent. What may succeed later is sent again, after a growing pause or the one
 * that the service asks for, until the deadline. Lists give up to `limit` items, and a `next_cursor`
 * to give as `cursor` for the next page.
 */

/** What may be left out. */
export type Maybe<Value> = Value | null | undefined;

/** Parameters of every method that changes something. */
export interface Keyed {
  /** A name for this one change: repeated with it, the change happens once. Made up if left out. */
  idempotency_key?: Maybe<string>;
}

/** Parameters of every list. */
export interface Paged {
  /** How many items to give at most. */
  limit?: Maybe<number>;
  /** The `next_cursor` of the page before. */
  cursor?: Maybe<string>;
}

/** A page of a list. */
export interface Page<Item> {
  /** The items of the page, in the order asked for. */
  items: Array<Item>;
  /** Give it as `cursor` for the next page; null on the last page. */
  next_cursor: string | null;
}

// Models

/** Where to deliver to. Which fields it needs depends on the country. */
export interface Address {
  /** Who is to get it; the customer if left out. */ recipient?: string | null;
  /** Street and number. */ line1: string;
  /** Flat, floor or building. */ line2?: string | null;
  /** Town or city. */ city?: string | null;
  /** State, province or area. */ region?: string | null;
  /** Postcode. */ postcode?: string | null;
  /** ISO 3166 code. */ country: string;
  /** Telephone number. */ phone?: string | null;
}

/** An API key without its secret. */
export interface ApiKey {
  /** Its id, unique among those of its kind. */ id: number;
  /** Who uses the key. */ name: string;
  /** What the key may do. */ role: "public" | "reader" | "clerk" | "admin";
  /** When it was made, in UTC. */ created_at: string;
  /** When the key was revoked, in UTC; null while it is valid. */ revoked_at: string | null;
}

/** One page of keys, oldest first. */
export type ApiKeyPage = Page<ApiKey>;

/** What an audit found; `ok` when every counter is explained. */
export interface AuditReport {
  /** Whether the rows explain every counter. */ ok: boolean;
  /** How many counters of each kind were checked. */ checked: Record<string, number>;
  /** By kind, then id; at most 200 of a kind. */ differences: Array<Difference>;
  /** Whether there are more differences than are listed. */ truncated: boolean;
}

/** An author with the number of books, archived ones left out. */
export interface Author {
  /** Name of the author. */ name: string;
  /** Books in the catalogue that name the author. */ books: number;
}

/** One page of authors, by name. */
export type AuthorPage = Page<Author>;

/** Where the copies of a book are: total = available + on loan + held. */
export interface Availability {
  /** Id of the book. */ book_id: number;
  /** Number of copies for loan, those on loan or held included. */ total_copies: number;
  /** Number of copies that anybody may borrow now. */ available_copies: number;
  /** Number of copies on loan. */ on_loan: number;
  /** Copies held for a member. */ held: number;
  /** Members who wait; those with a held copy are not among them. */ queue_length: number;
}

/** Average pages of the copies that were sold in a period and not returned since. */
export interface AveragePages {
  /** Start (included), null if open. */ from: string | null;
  /** End (excluded), null if open. */ to: string | null;
  /** IANA time zone by whose days and clock `from` and `to` were read. */ time_zone: string;
  /** Pages of a copy, on average over the copies; null when there are none. */ average_pages: number | null;
  /** Number of copies sold in the period and not returned since. */ copies: number;
}

/** A title in the catalogue with its copies on hand. */
export interface Book {
  /** Its id, unique among those of its kind. */ id: number;
  /** Title of the book. */ title: string;
  /** Names of the authors, in the order of the title page. */ authors: Array<string>;
  /** Number of pages. */ pages: number;
  /** Price of one copy, in major units, exact to the cent. */ price: number;
  /** ISBN-13 without hyphens. */ isbn: string | null;
  /** Copies on hand, for sale. */ stock: number;
  /** Whether it was taken out of the catalogue. */ archived: boolean;
}

/** One page of the catalogue. */
export type BookPage = Page<Book>;

/**
 * Bounds, both excluded, of the number of listings within a price range.
 *
 * The prices are included. A store without listings in the range counts as 0.
 */
export interface BooksCount {
  /** More listings than this number. */ more_than?: number | null;
  /** Fewer listings than this number. */ less_than?: number | null;
  /** Lowest price, included; in major units, at most two decimals. */ min_price?: number | null;
  /** Highest price, included; in major units, at most two decimals. */ max_price?: number | null;
}

/** One row of the circulation log. */
export interface CirculationEvent {
  /** Its id, unique among those of its kind. */ id: number;
  /** Id of the book. */ book_id: number;
  /** Number of the event among those of its book, from 1. */ number: number;
  /** What happened. */ kind: EventKind;
  /** When it happened, in UTC. */ at: string;
  /** Null for what concerns no member: copies set or withdrawn. */ member_id: number | null;
  /** Of a checkout, a fulfil, a renewal or a date set. */ due_at: string | null;
  /** Until when a copy is held. */ expires_at: string | null;
  /** The number of copies that was set. */ copies: number | null;
  /** Why a copy was withdrawn. */ reason: "lost" | "damaged" | "withdrawn" | null;
  /** The book's title. */ title: string | null;
  /** The member's name. */ member_name: string | null;
}

/** Who buys. */
export interface Customer {
  /** Name. */ name: string;
  /** E-mail address. */ email?: string | null;
}

/** One journey of an order's books to the customer. */
export interface Delivery {
  /** Its id, unique among those of its kind. */ id: number;
  /** Id of the order. */ order_id: number;
  /** The status it has now. */ status: DeliveryStatus;
  /** Where the delivery goes. */ address: Address;
  /** The day agreed, if one was. */ date: string | null;
  /** When the delivery was scheduled, in UTC. */ scheduled_at: string;
  /** When its status changed last, in UTC. */ updated_at: string;
}

/** One page of deliveries, by id. */
export type DeliveryPage = Page<Delivery>;

/** The status of a delivery. */
export type DeliveryStatus = "scheduled" | "out_for_delivery" | "delivered" | "failed" | "cancelled";

/** A counter that differs from the sum of its rows. */
export interface Difference {
  /** Which part of the service: bookshop, library or marketplace. */ scope: "bookshop" | "library" | "marketplace";
  /** Which counter: stock of a book, author_books, refundable copies of a sale; of an order in cents the order_charge, order_refund or order_payback, and its order_copies that were refunded; total copies of a book for loan, those available, on_loan, held or waiting for, its events in the log; open_loans of a member, and fines in cents; cash of an account in cents; listings_count of a store; circulation_log for all else that the library's log says; rollup_sold, rollup_refunded, rollup_returned, rollup_bought and rollup_paid_back for the pages that reports read, which `python -m data.rollup` makes anew. */ kind: string;
  /** Where the counter is stored. */ collection: string;
  /** Whose counter: the id of the book, author, sale, order, member, event or page; user:0, store:1. */ id: number | string;
  /** What differs, for a circulation_log and a rollup. */ field?: string | null;
  /** What the rows add up to. */ expected: number | string | null;
  /** The counter; null if there are rows but no counter. */ actual: number | string | null;
}

/** What can happen to a copy, or to the queue for one. */
export type EventKind = "set_copies" | "checkout" | "return" | "reserve" | "hold" | "fulfill" | "expire" | "cancel" | "step_aside" | "renew" | "set_due_date" | "withdraw" | "put_back";

/** One page of the circulation log. */
export type EventPage = Page<CirculationEvent>;

/** A fine, or a payment. */
export interface Fine {
  /** Its id, unique among those of its kind. */ id: number;
  /** `overdue` for a late return, `lost` for a late loan whose copy was lost. */ kind: "overdue" | "lost" | "payment";
  /** The loan of a fine; null for a payment. */ loan_id: number | null;
  /** Id of the book. */ book_id: number | null;
  /** Title of the book; null if it is not known. */ title: string | null;
  /** What the balance grows by, in major units, exact to the cent; negative for a payment. */ amount: number;
  /** When it happened, in UTC. */ at: string;
}

/** What a member owes, and the rows that it is the sum of, the oldest first. */
export interface Fines extends Page<Fine> {
  /** What the member owes now, in major units, exact to the cent. */ balance: number;
}

/** A store, a listing of a store, or a book of the catalogue. */
export interface Hit {
  /** What was found: a store, a listing or a book. */ kind: "store" | "listing" | "book";
  /** What `id` names: one of stores, listings or catalogue. */ source: "stores" | "listings" | "catalogue";
  /** Id of the store, listing or book. */ id: number;
  /** Name of the store or listing, or title of the book. */ name: string;
  /** Why it was found: exact, prefix, words, part or typo. */ match: "exact" | "prefix" | "words" | "part" | "typo";
  /** 1 for the exact name; the less alike, the lower. */ score: number;
  /** The listing's store; null for other hits. */ store_id?: number | null;
  /** The name of the listing's store. */ store_name?: string | null;
  /** Of a listing or book, in major units, exact to the cent. */ price?: number | null;
  /** Copies of a book on hand. */ stock?: number | null;
  /** Of a book. */ authors?: Array<string> | null;
}

/** What was found, the best first. */
export interface Hits extends Page<Hit> {
  /** How many there are on all pages. */ total: number;
}

/**
 * Bounds of the hours open on a day, both excluded; a span counts for the day it opens.
 *
 * A day on which a store stays closed has 0 hours. With `day` only that day counts; else `which`
 * says whether any day, every day or the average of the seven has to be within the bounds.
 */
export interface HoursPerDay {
  /** Open more hours a day than this. */ more_than?: number | null;
  /** Open fewer hours a day than this. */ less_than?: number | null;
  /** A day of the week, any spelling. */ day?: string | null;
  /** Without `day`: any day, every day, or the average of the seven. */ which?: "any" | "every" | "average";
}

/** Bounds of the hours open in a week, both excluded. */
export interface HoursPerWeek {
  /** Open more hours a week than this. */ more_than?: number | null;
  /** Open fewer hours a week than this. */ less_than?: number | null;
}

/** One stretch of opening: `close` at or before `open` is on the next day. */
export interface HoursSpan {
  /** Day of the week: mon, tue, wed, thu, fri, sat or sun. */ day: "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";
  /** HH:MM. */ open: string;
  /** HH:MM; not after `open` means the next day. */ close: string;
}

/** The outcome of a checkout: a loan, or a place in the queue. */
export interface Lending {
  /** `loaned`: a copy was lent; `reserved`: none was free, the member waits. */ outcome: "loaned" | "reserved";
  /** The loan, if a copy was lent; else null. */ loan?: Loan | null;
  /** The place in the queue, if no copy was free; else null. */ reservation?: Reservation | null;
}

/** A loan in a list. */
export interface ListedLoan extends Loan {
  /** The book's title. */ title: string | null;
  /** The member's name. */ member_name: string | null;
}

/** A reservation in a list. */
export interface ListedReservation extends Reservation {
  /** The book's title. */ title: string | null;
  /** The member's name. */ member_name: string | null;
}

/** A book in a store at a price. */
export interface Listing {
  /** Its id, unique among those of its kind. */ id: number;
  /** Id of the store. */ store_id: number;
  /** Name of the store. */ store_name: string;
  /** Name of the book as the store lists it. */ name: string;
  /** Price of one copy, in major units, exact to the cent. */ price: number;
}

/** One page of listings. */
export type ListingPage = Page<Listing>;

/** A copy of a book that a member has, or had. */
export interface Loan {
  /** Its id, unique among those of its kind. */ id: number;
  /** Id of the member. */ member_id: number;
  /** Id of the book. */ book_id: number;
  /** When the loan began, in UTC. */ loaned_at: string;
  /** When the loan is due, in UTC. */ due_at: string;
  /** How often the loan has been renewed. */ renewals: number;
  /** When the copy came back, in UTC; null if it has not. */ returned_at: string | null;
  /** When the loan ended without its copy. */ lost_at: string | null;
  /** Whether it is still on loan after its due date. */ is_overdue: boolean;
}

/** One page of loans. */
export type LoanPage = Page<ListedLoan>;

/** A person who may borrow books. */
export interface Member {
  /** Its id, unique among those of its kind. */ id: number;
  /** Name of the member. */ name: string;
  /** E-mail address; null if none is known. */ email: string | null;
  /** Books that the member has on loan. */ open_loans: number;
  /** What the member owes for late or lost books, in major units, exact to the cent. */ fines: number;
  /** Whether the member has left: no loans, no reservations. */ archived: boolean;
  /** When the member joined, in UTC. */ joined_at: string;
}

/** One page of members, by id. */
export type MemberPage = Page<Member>;

/** A key with its secret, which is shown only once. */
export interface NewApiKey extends ApiKey {
  /** The secret; null when the request is repeated. */ key: string | null;
}

/** A purchase as its maker sees it. */
export interface NewPurchase extends Purchase {
  /** The user's cash right after the purchase, in major units, exact to the cent. */ user_cash: number;
  /** The store's cash right after the purchase, in major units, exact to the cent. */ store_cash: number;
}

/** A sale as its maker sees it. */
export interface NewSale extends Sale {
  /** Copies on hand right after this sale. */ stock_left: number;
}

/** A day of the week and a local time. */
export interface OpenOn {
  /** A day of the week, any spelling. */ day: string;
  /** A time such as 13:15 or 1:15 pm. */ time: string;
}

/** An OpenRPC document. */
export type OpenRpcDocument = Record<string, unknown>;

/** An order with its lines, one for each book. */
export interface Order {
  /** Its id, unique among those of its kind. */ id: number;
  /** What became of the order. */ status: OrderStatus;
  /** One line for each book. */ lines: Array<OrderLine>;
  /** Price of all lines together, in major units, exact to the cent. */ total: number;
  /** Who bought. */ customer: OrderCustomer;
  /** What was paid, paid back and kept. */ payment: OrderPayment;
  /** When the order was placed, in UTC. */ placed_at: string;
  /** When the payment was approved, in UTC; null if it was not. */ paid_at: string | null;
  /** When the order was cancelled, in UTC; null if it was not. */ cancelled_at: string | null;
  /** The delivery under way, if there is one. */ delivery_id: number | null;
  /** All deliveries, in order. */ deliveries: Array<OrderDelivery>;
  /** Where to deliver to, if it was said. */ address?: Address | null;
}

/** Who bought. */
export interface OrderCustomer {
  /** Name of the customer. */ name: string;
  /** E-mail address; null if none is known. */ email: string | null;
}

/** A delivery of an order, under way or not. */
export interface OrderDelivery {
  /** Its id, unique among those of its kind. */ id: number;
  /** The status it has now. */ status: DeliveryStatus;
  /** The day agreed, if one was. */ date: string | null;
}

/** An item of a request: a book by its ISBN or by its id, and how many copies. */
export interface OrderItem {
  /** ISBN-10 or ISBN-13, hyphens allowed; stored as ISBN-13. */ isbn?: string | null;
  /** The book's id. */ book_id?: number | null;
  /** Number of copies. */ quantity?: number;
}

/** Copies of one book at the price of the moment; a paid order's line is a sale. */
export interface OrderLine {
  /** Id of the book. */ book_id: number;
  /** ISBN-13 without hyphens; null if the book has none. */ isbn: string | null;
  /** Number of copies. */ quantity: number;
  /** Price of one copy at that time, in major units, exact to the cent. */ unit_price: number;
  /** Price of the line: quantity times unit price, in major units, exact to the cent. */ total: number;
  /** The sale that the line became; null until paid. */ sale_id: number | null;
}

/** One page of orders, in the order in which they were placed. */
export interface OrderPage extends Page<Order> {
  /** IANA time zone by whose days and clock `from` and `to` were read. */ time_zone: string;
}

/** An order's money: charged = kept + refunded. */
export interface OrderPayment {
  /** pending, approved, declined or failed. */ status: string;
  /** The gateway's id of the charge. */ transaction_id: string | null;
  /** The gateway's reason for declining the payment; null if it did not. */ decline_code: string | null;
  /** What the customer paid, in major units, exact to the cent. */ charged: number;
  /** What of it was paid back, or is about to be, in major units, exact to the cent. */ refunded: number;
  /** What is left of the charge after refunds, in major units, exact to the cent. */ kept: number;
  /** The part of `refunded` that the gateway has not confirmed yet, in major units, exact to the cent. */ refund_pending: number;
}

/**
 * The status of an order.
 *
 * `pending` has its copies reserved while the payment is taken, for seconds. `declined` and
 * `failed` were never paid and have none. Of a paid order some or all copies may be
 * `partially_refunded` or `refunded`; `cancelled` was paid, and its money goes back.
 */
export type OrderStatus = "pending" | "paid" | "partially_refunded" | "refunded" | "declined" | "failed" | "cancelled";

/** A reservation that was given up or put back, and where a copy held for it went. */
export interface PassedOn {
  /** The reservation. */ reservation: Reservation;
  /** The member for whom the copy is held now; null if it is free. */ handed_to: number | null;
}

/** How it is paid. */
export interface PaymentMethod {
  /** The gateway's name for the customer's card. The simulated gateway knows tok_ok, tok_declined, tok_insufficient_funds, tok_error and tok_slow. */ token: string;
}

/** A store with what was bought there in a period. */
export interface PopularStore {
  /** Its id, unique among those of its kind. */ id: number;
  /** Name of the store. */ name: string;
  /** Purchases. */ count: number;
  /** What they came to, in major units, exact to the cent. */ value: number;
}

/** Stores by what was bought there, the most popular first. */
export interface PopularStores {
  /** The items of the page, in the order asked for. */ items: Array<PopularStore>;
  /** IANA time zone by whose days and clock `from` and `to` were read. */ time_zone: string;
}

/** What a user bought, under the names and at the price of that time. */
export interface Purchase {
  /** Its id, unique among those of its kind. */ id: number;
  /** Id of the user. */ user_id: number;
  /** Id of the store. */ store_id: number;
  /** Null for history whose listing was never loaded. */ listing_id: number | null;
  /** Name of the book at the time of the purchase. */ book_name: string;
  /** Name of the store. */ store_name: string;
  /** What was paid, in major units, exact to the cent. */ amount: number;
  /** When it was bought, in UTC. */ purchased_at: string;
  /** Null unless the price was paid back. */ refunded_at: string | null;
}

/** One page of purchases, by id. */
export interface PurchasePage extends Page<Purchase> {
  /** IANA time zone by whose days and clock `from` and `to` were read. */ time_zone: string;
}

/** A purchase whose price was paid back, as its maker sees it. */
export interface PurchaseRefund extends Purchase {
  /** The user's cash right after the refund, in major units, exact to the cent. */ user_cash: number;
  /** The store's cash right after the refund, in major units, exact to the cent. */ store_cash: number;
}

/** Number and value of the purchases of a period; refunds by the day on which they were paid. */
export interface PurchaseTotals {
  /** Start (included), null if open. */ from: string | null;
  /** End (excluded), null if open. */ to: string | null;
  /** IANA time zone by whose days and clock `from` and `to` were read. */ time_zone: string;
  /** Number of purchases. */ count: number;
  /** What the purchases came to, in major units, exact to the cent. */ value: number;
  /** What was paid back in the period, whenever it was bought, in major units, exact to the cent. */ refunded: number;
  /** What is left after refunds, in major units, exact to the cent. */ net: number;
}

/** A member who waits, or for whom a copy is held. */
export interface QueueItem {
  /** From 1; null for a held copy. */ position: number | null;
  /** Id of the member. */ member_id: number;
  /** When the member reserved, in UTC. */ reserved_at: string;
  /** `waiting` in the queue, `ready` to be fetched, or how it ended. */ status: "waiting" | "ready";
  /** When a copy is expected, from the due dates of the loans to come. */ estimated_ready_at: string | null;
  /** Why none is expected: it would rest on an overdue loan, or no copy is left. */ estimate_reason: "overdue" | "no_copies" | null;
  /** When the hold of a ready copy ends, in UTC; null while it is not ready. */ fetch_by: string | null;
  /** The book's title. */ title: string | null;
  /** The member's name. */ member_name: string | null;
}

/** One page of the queue for a book, in order, and all holds of the book. */
export interface QueuePage extends Page<QueueItem> {
  /** Held copies; those members no longer wait. */ holds: Array<QueueItem>;
}

/** What an order would come to now. Nothing is reserved. */
export interface Quote {
  /** One line for each book. */ lines: Array<QuotedLine>;
  /** Price of all lines together, in major units, exact to the cent. */ total: number;
  /** Whether all of it is on hand. */ available: boolean;
}

/** Copies of one book at the price of the moment. */
export interface QuotedLine {
  /** Id of the book. */ book_id: number;
  /** ISBN-13 without hyphens; null if the book has none. */ isbn: string | null;
  /** Number of copies. */ quantity: number;
  /** Price of one copy at that time, in major units, exact to the cent. */ unit_price: number;
  /** Price of the line: quantity times unit price, in major units, exact to the cent. */ total: number;
  /** Whether so many copies are on hand. */ available: boolean;
}

/** Copies of one sale taken back at the price they were sold for. */
export interface Refund {
  /** Its id, unique among those of its kind. */ id: number;
  /** Id of the sale. */ sale_id: number;
  /** Id of the book. */ book_id: number;
  /** Number of copies. */ quantity: number;
  /** What is paid back, in major units, exact to the cent. */ amount: number;
  /** Whether the copies went back into stock. */ restocked: boolean;
  /** When it was refunded, in UTC. */ refunded_at: string;
  /** Copies of the sale that are left to refund. */ refundable_quantity: number;
  /** Copies on hand after the refund. */ stock: number;
}

/** A loan with its new due date. */
export interface Renewed {
  /** The loan. */ loan: Loan;
}

/** What became of the request that was sent with an idempotency key. */
export interface RequestOutcome {
  /** `unknown`, `in_progress`, or `done` with its result or error. */ status: "unknown" | "in_progress" | "done";
  /** The method that was called. */ method?: string | null;
  /** Its result, if it succeeded. */ result?: Record<string, unknown> | null;
  /** Its final error {code, message, data}, if it was refused. */ error?: Record<string, unknown> | null;
}

/** A member's place in the queue for a book, or the copy held for the member. */
export interface Reservation {
  /** Its id, unique among those of its kind. */ id: number;
  /** Id of the member. */ member_id: number;
  /** Id of the book. */ book_id: number;
  /** `waiting` in the queue, `ready` to be fetched, or how it ended. */ status: "waiting" | "ready" | "fulfilled" | "cancelled" | "expired";
  /** Place in the queue, from 1; null for a member who no longer waits. */ position: number | null;
  /** When a copy is expected, from the due dates of the loans to come. */ estimated_ready_at: string | null;
  /** Why none is expected: it would rest on an overdue loan, or no copy is left. */ estimate_reason: "overdue" | "no_copies" | null;
  /** When the member reserved, in UTC. */ reserved_at: string;
  /** When the hold of a ready copy ends. */ fetch_by: string | null;
}

/** One page of open reservations. */
export type ReservationPage = Page<ListedReservation>;

/** A loan that has ended, and where its copy went. */
export interface Returned {
  /** The loan. */ loan: Loan;
  /** The member for whom the copy is held now; null if it is free. */ handed_to: number | null;
  /** What this end of the loan costs the member, in major units, exact to the cent. */ fine: number;
}

/** Copies of one book that come back. */
export interface ReturnedItem {
  /** The book's id. */ book_id: number;
  /** Number of copies. */ quantity?: number;
}

/** Copies of one book sold at one price. */
export interface Sale {
  /** Its id, unique among those of its kind. */ id: number;
  /** Id of the book. */ book_id: number;
  /** Number of copies. */ quantity: number;
  /** Price of one copy at that time, in major units, exact to the cent. */ unit_price: number;
  /** Price of all copies together, in major units, exact to the cent. */ total: number;
  /** When it was sold, in UTC. */ sold_at: string;
  /** Copies of this sale refunded so far. */ refunded_quantity: number;
  /** The order that the sale belongs to, if it does. */ order_id: number | null;
}

/** One page of sales, by id. */
export interface SalePage extends Page<Sale> {
  /** IANA time zone by whose days and clock `from` and `to` were read. */ time_zone: string;
}

/** A day with hours of its own, which go before those of the week; none if it is closed. */
export interface SpecialDay {
  /** The day, as YYYY-MM-DD. */ date: string;
  /** Whether it stays closed on that day. */ closed: boolean;
  /** The stretches of opening, in order. */ hours: Array<SpecialHours>;
}

/** One stretch of opening on a special day: `close` not after `open` is on the next day. */
export interface SpecialHours {
  /** HH:MM. */ open: string;
  /** HH:MM; not after `open` means the next day. */ close: string;
}

/** A store: what it has in cash, when it is open and how many listings it has. */
export interface Store {
  /** Its id, unique among those of its kind. */ id: number;
  /** Name of the store. */ name: string;
  /** Left out for a public key, in major units, exact to the cent. */ cash?: number | null;
  /** Every span of a week; each day's as they open. */ hours: Array<HoursSpan>;
  /** Hours open in a week without special days, in hours. */ hours_per_week: number;
  /** IANA name; the hours are local time there. */ time_zone: string;
  /** Number of listings in the store. */ listings_count: number;
  /** The hours as one line. */ hours_text: string;
  /** What of the text of the hours was left out. */ notes: Array<string>;
  /** Days that go before the week's hours. */ special_days: Array<SpecialDay>;
  /** Whether it is open at `open_at`, else now. */ is_open: boolean;
  /** When it closes, with the store's offset; null while it is closed. */ closes_at: string | null;
  /** When it opens next, with the store's offset, also while it is open. */ opens_at: string | null;
}

/** One page of stores. */
export type StorePage = Page<Store>;

/** A user with what they bought in a period. */
export interface TopUser {
  /** Its id, unique among those of its kind. */ id: number;
  /** Name of the user. */ name: string;
  /** What the user's purchases came to, in major units, exact to the cent. */ amount: number;
  /** Number of purchases. */ purchases: number;
}

/** Users ranked by what they spent, the most first; without those who bought nothing. */
export interface TopUsers {
  /** The items of the page, in the order asked for. */ items: Array<TopUser>;
  /** IANA time zone by whose days and clock `from` and `to` were read. */ time_zone: string;
}

/** Money and copies of a period: sales by the day they were made, refunds by theirs. */
export interface TotalSales {
  /** Start (included), null if open. */ from: string | null;
  /** End (excluded), null if open. */ to: string | null;
  /** IANA time zone by whose days and clock `from` and `to` were read. */ time_zone: string;
  /** What the copies sold in the period came to, in major units, exact to the cent. */ gross: number;
  /** What was paid back in the period, whenever it was sold, in major units, exact to the cent. */ refunded: number;
  /** What is left after refunds, in major units, exact to the cent. */ net: number;
  /** Number of copies that were sold in the period. */ copies_sold: number;
  /** Number of copies that came back in the period. */ copies_refunded: number;
  /** Number of sales that were made in the period. */ sales_count: number;
}

/** A person who buys. */
export interface User {
  /** Its id, unique among those of its kind. */ id: number;
  /** Name of the user. */ name: string;
  /** Cash on hand, in major units, exact to the cent. */ cash: number;
}

/** How many users spent more or less than an amount in a period. */
export interface UserCount {
  /** Number of users. */ count: number;
  /** IANA time zone by whose days and clock `from` and `to` were read. */ time_zone: string;
}

/** One page of users, by id. */
export type UserPage = Page<User>;

/** Where the copies of a book are after one of them has been withdrawn. */
export interface Withdrawn extends Availability {
  /** Why the copy is not for loan any more: for the log. */ reason: "lost" | "damaged" | "withdrawn";
  /** The loan that ended as lost, if a member had the copy. */ loan: Loan | null;
  /** What this end of the loan costs the member, in major units, exact to the cent. */ fine: number;
}

// Errors

/** An error answer; its class says what kind, `data` has what you need to act. */
export class OctavoError<Type extends string = string, Details = object> extends Error {
  readonly code: number;
  declare readonly data: Details & { type: Type; retryable: boolean };

  constructor(code: number, message: string, data: Details & { type: Type; retryable: boolean }) {
    super(message);
    this.name = new.target.name;
    this.code = code;
    Object.defineProperty(this, "data", { value: data, enumerable: true });
  }

  /** The stable name of the kind of error. */
  get type(): Type {
    return this.data.type;
  }

  /** Whether the same request may succeed later. */
  get retryable(): boolean {
    return this.data.retryable;
  }
}

/** The service did not answer, or not with JSON-RPC: nobody knows what became of the call. */
export class NoAnswer extends OctavoError<"no_answer"> {
  constructor(message: string) {
    super(0, message, { type: "no_answer", retryable: true });
  }
}

/** A parameter is missing, unknown or breaks a rule; `errors` names each one. */
export class InvalidParams extends OctavoError<"invalid_params", { detail: string; errors: Array<{ /** Name of the parameter at fault. */ parameter: string; /** Where the fault is: the parameter, then fields and positions within it. */ path: Array<string>; /** What is wrong with it, as the rest of a sentence that its name begins. */ problem: string; }> }> {}
/** The key makes too many calls a second; nothing was changed. */
export class RateLimited extends OctavoError<"rate_limited", { calls: number; calls_per_second_max: number; retry_after_s?: number }> {}
/** Too much happens at once; nothing was changed, and a retry is safe. */
export class Busy extends OctavoError<"busy"> {}
/** The database cannot be reached. */
export class StorageUnavailable extends OctavoError<"storage_unavailable"> {}
/** The API key's role is below the one that the method needs. */
export class Forbidden extends OctavoError<"forbidden", { method: string; role: string; needed_role: string }> {}
/** The call's deadline passed before the answer was there. */
export class TimedOut extends OctavoError<"timed_out", { deadline_s: number }> {}
/** The X-API-Key header is missing, unknown or revoked. */
export class Unauthenticated extends OctavoError<"unauthenticated"> {}
/** Nothing exists under the given id. */
export class NotFound extends OctavoError<"not_found", { kind: string; id?: number }> {}
/** The present state contradicts the request; `data` holds the real value. */
export class Conflict extends OctavoError<"conflict", { expected_quantity?: number; actual_quantity?: number; isbn?: string; book_id?: number; store_id?: number; stock?: number; maximum?: number; member_id?: number; open_loans?: number; fines?: number; amount?: number; balance?: number }> {}
/** The idempotency key was used before with another method or other parameters. */
export class IdempotencyKeyReused extends OctavoError<"idempotency_key_reused", { first_method: string }> {}
/** The first request with this idempotency key is still running; ask again shortly. */
export class RequestInProgress extends OctavoError<"request_in_progress", { method: string }> {}
/** Fewer copies are on hand than were asked for; nothing was sold. */
export class OutOfStock extends OctavoError<"out_of_stock", { book_id: number; requested: number; available: number }> {}
/** More copies were to be refunded than are left of the sale; nothing was refunded. */
export class RefundExceedsSale extends OctavoError<"refund_exceeds_sale", { sale_id: number; requested: number; refundable: number }> {}
/** The price rose above the one that was expected; nothing was sold. */
export class BookPriceChanged extends OctavoError<"book_price_changed", { book_id: number; expected: number; actual: number }> {}
/** The book was taken out of the catalogue: it is not sold, ordered or lent anew. */
export class BookArchived extends OctavoError<"book_archived", { book_id: number }> {}
/** Fewer copies are on hand than were ordered; `lines` names every book that is short. */
export class InsufficientStock extends OctavoError<"insufficient_stock", { lines: Array<{ /** Id of the book. */ book_id: number; /** Number of copies asked for. */ requested: number; /** Number of copies that are free. */ available: number; }> }> {}
/** The payment was declined; nothing was charged and the copies are free again. */
export class PaymentDeclined extends OctavoError<"payment_declined", { decline_code: string; order_id: number }> {}
/** The payment gateway failed; nothing was charged and the copies are free again. */
export class PaymentFailed extends OctavoError<"payment_failed", { order_id: number }> {}
/** The payment gateway took too long; nothing was charged and the copies are free again. */
export class PaymentTimedOut extends OctavoError<"payment_timed_out", { order_id: number }> {}
/** What became of the payment is not known yet; the order stays pending until it is. */
export class PaymentUndecided extends OctavoError<"payment_undecided", { order_id: number }> {}
/** The order's payment is being taken; it is decided within seconds, so try again then. */
export class OrderPending extends OctavoError<"order_pending", { order_id: number }> {}
/** The order was never paid, or all of it was refunded since. */
export class OrderNotPaid extends OctavoError<"order_not_paid", { order_id: number; status: string }> {}
/** The order was cancelled. */
export class OrderCancelled extends OctavoError<"order_cancelled", { order_id: number }> {}
/** The order has a delivery under way, or one that has arrived; nothing was scheduled. */
export class DeliveryExists extends OctavoError<"delivery_exists", { order_id: number; delivery_id: number; status: string }> {}
/** The delivery cannot go from its status to the one asked for; `allowed` are those it can. */
export class InvalidTransition extends OctavoError<"invalid_transition", { delivery_id: number; status: string; requested: string; allowed: Array<string> }> {}
/** The total rose above the one that was expected; nothing was ordered and nothing charged. */
export class TotalChanged extends OctavoError<"total_changed", { expected: number; actual: number }> {}
/** A delivery is out or has arrived, so the order can't be cancelled; see orders.return. */
export class OrderShipped extends OctavoError<"order_shipped", { order_id: number; delivery_id: number; status: string }> {}
/** No delivery is out or has arrived, so nothing can come back; see orders.cancel. */
export class OrderNotShipped extends OctavoError<"order_not_shipped", { order_id: number }> {}
/** The book is in the catalogue, but has no copies for loan. */
export class NoCopies extends OctavoError<"no_copies", { book_id: number }> {}
/** The member has a copy of this book on loan; one at a time. */
export class AlreadyOnLoan extends OctavoError<"already_on_loan", { member_id: number; book_id: number; loan_id: number; due_at: string }> {}
/** Copies are free, so there is nothing to wait for: check one out. */
export class CopiesAvailable extends OctavoError<"copies_available", { book_id: number; available: number }> {}
/** The member waits for this book already, or a copy is held for the member. */
export class AlreadyReserved extends OctavoError<"already_reserved", { member_id: number; book_id: number; position: number | null; estimated_ready_at: string | null; estimate_reason: unknown }> {}
/** No copy is held for the member; `position` is null for a member who does not wait. */
export class NotReady extends OctavoError<"not_ready", { member_id: number; book_id: number; position: number | null; estimated_ready_at: string | null; estimate_reason: unknown }> {}
/** The member does not have this book on loan. */
export class NotOnLoan extends OctavoError<"not_on_loan", { member_id: number; book_id: number }> {}
/** The member has no open reservation of this book. */
export class NotReserved extends OctavoError<"not_reserved", { member_id: number; book_id: number }> {}
/** More copies are out or held than the book was to have. */
export class CopiesInUse extends OctavoError<"copies_in_use", { book_id: number; copies: number; on_loan: number; held: number; copies_min: number }> {}
/** The member has as many books on loan as one may have. */
export class LoanLimitReached extends OctavoError<"loan_limit_reached", { member_id: number; open_loans: number; loans_max: number }> {}
/** The loan has been renewed as often as it may be. */
export class RenewalLimitReached extends OctavoError<"renewal_limit_reached", { loan_id: number; renewals: number; renewals_max: number; due_at: string }> {}
/** Other members wait for this book, so a loan of it is not renewed. */
export class OthersWaiting extends OctavoError<"others_waiting", { book_id: number; queue_length: number; due_at: string }> {}
/** Nobody is behind the member in the queue, so there is nobody to let go first. */
export class NobodyBehind extends OctavoError<"nobody_behind", { member_id: number; book_id: number }> {}
/** The member has overdue loans or fines, and gets no new loan until they are settled. */
export class MemberBlocked extends OctavoError<"member_blocked", { member_id: number; overdue: number; fines: number }> {}
/** The member has left the library; members.unarchive takes one back. */
export class MemberArchived extends OctavoError<"member_archived", { member_id: number }> {}
/** The user, or the store that pays back, has less cash than is to be paid; nothing was. */
export class InsufficientFunds extends OctavoError<"insufficient_funds", { user_id?: number; store_id?: number; price?: number; amount?: number; balance: number }> {}
/** The price rose above the one that the buyer expected; nothing was bought. */
export class PriceChanged extends OctavoError<"price_changed", { listing_id: number; expected_price: number; price: number }> {}
/** The purchase was refunded before; nothing was paid back now. */
export class AlreadyRefunded extends OctavoError<"already_refunded", { purchase_id: number; refunded_at: string }> {}
/** The body is not JSON: bad syntax, NaN, or an object with a name twice. */
export class ParseError extends OctavoError<"parse_error", { detail?: string }> {}
/** An element is not a request object; the others of its batch go on. */
export class InvalidRequest extends OctavoError<"invalid_request", { detail?: string }> {}
/** No method has that name. */
export class MethodNotFound extends OctavoError<"method_not_found", { detail?: string; method: string }> {}
/** A fault of ours; `correlation_id` finds it in the log. */
export class InternalError extends OctavoError<"internal_error", { detail?: string; correlation_id: string }> {}
/** The response is full; `executed` says whether the call ran. */
export class ResponseTooLarge extends OctavoError<"response_too_large", { detail?: string; executed: boolean; response_bytes_max: number }> {}
/** The body is over the limit. */
export class RequestTooLarge extends OctavoError<"request_too_large", { detail?: string; body_bytes_max: number }> {}
/** The batch holds too many calls. */
export class BatchTooLarge extends OctavoError<"batch_too_large", { detail?: string; calls: number; calls_max: number }> {}

const KINDS: Record<string, new (code: number, message: string, data: never) => OctavoError> = {
  invalid_params: InvalidParams, rate_limited: RateLimited, busy: Busy,
  storage_unavailable: StorageUnavailable, forbidden: Forbidden, timed_out: TimedOut,
  unauthenticated: Unauthenticated, not_found: NotFound, conflict: Conflict,
  idempotency_key_reused: IdempotencyKeyReused, request_in_progress: RequestInProgress,
  out_of_stock: OutOfStock, refund_exceeds_sale: RefundExceedsSale,
  book_price_changed: BookPriceChanged, book_archived: BookArchived,
  insufficient_stock: InsufficientStock, payment_declined: PaymentDeclined,
  payment_failed: PaymentFailed, payment_timed_out: PaymentTimedOut,
  payment_undecided: PaymentUndecided, order_pending: OrderPending, order_not_paid: OrderNotPaid,
  order_cancelled: OrderCancelled, delivery_exists: DeliveryExists,
  invalid_transition: InvalidTransition, total_changed: TotalChanged, order_shipped: OrderShipped,
  order_not_shipped: OrderNotShipped, no_copies: NoCopies, already_on_loan: AlreadyOnLoan,
  copies_available: CopiesAvailable, already_reserved: AlreadyReserved, not_ready: NotReady,
  not_on_loan: NotOnLoan, not_reserved: NotReserved, copies_in_use: CopiesInUse,
  loan_limit_reached: LoanLimitReached, renewal_limit_reached: RenewalLimitReached,
  others_waiting: OthersWaiting, nobody_behind: NobodyBehind, member_blocked: MemberBlocked,
  member_archived: MemberArchived, insufficient_funds: InsufficientFunds,
  price_changed: PriceChanged, already_refunded: AlreadyRefunded, parse_error: ParseError,
  invalid_request: InvalidRequest, method_not_found: MethodNotFound, internal_error: InternalError,
  response_too_large: ResponseTooLarge, request_too_large: RequestTooLarge,
  batch_too_large: BatchTooLarge
};

function errorOf(error: { code: number; message: string; data?: unknown }): OctavoError {
  const data = { type: "", retryable: false, ...(error.data as object | undefined) };
  const Kind = KINDS[data.type] ?? OctavoError;
  return new Kind(error.code, error.message, data as never);
}

// Calls

const DEADLINE_MS = 30_000;
const PAUSE_MS = 100;
const PAUSE_MS_MAX = 5_000;

/** Whether a method is called at once, or as a part of a batch. */
export type Mode = "now" | "in batch";

/** What a method returns: a promise of its result, or a call for the batch. */
export type Answer<M extends Mode, Result> = M extends "now" ? Promise<Result> : Call<Result>;

/** What became of the calls of a batch, in their order. */
export type Settled<Calls extends readonly Call<unknown>[]> = {
  -readonly [Place in keyof Calls]: Calls[Place] extends Call<infer Result>
    ? SettledCall<Result>
    : never;
};

/** What became of a call, as of a promise. */
export type SettledCall<Result> =
  | { status: "fulfilled"; value: Result }
  | { status: "rejected"; reason: OctavoError };

type Send = (method: string, params: object, changes: boolean) => unknown;
type Wire = { id?: unknown; result?: unknown; error?: { code: number; message: string; data?: unknown } };

let lastId = 0;

/** A call of a batch. */
export class Call<Result> {
  declare readonly result: Result; // Its type alone: the batch gives the value.
  readonly id: number;
  readonly method: string;
  readonly params: object;

  constructor(method: string, params: object, changes: boolean) {
    this.id = ++lastId;
    this.method = method;
    const given = params as { idempotency_key?: string | null };
    this.params = changes ? { ...given, idempotency_key: given.idempotency_key ?? newKey() } : given;
  }
}

function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

const later = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

/** Sends calls, and sends those again that may succeed later. */
class Line {
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #deadlineMs: number;

  constructor({ url, key, deadlineMs = DEADLINE_MS }: Options) {
    this.#url = url;
    this.#headers = { "Content-Type": "application/json", ...(key == null ? {} : { "X-API-Key": key }) };
    this.#deadlineMs = deadlineMs;
  }

  async perform(calls: readonly Call<unknown>[], asBatch: boolean): Promise<SettledCall<unknown>[]> {
    const settled = new Map<Call<unknown>, SettledCall<unknown>>();
    const deadline = Date.now() + this.#deadlineMs;
    let open = calls;
    let pause = PAUSE_MS;
    while (open.length > 0) {
      const asked = await this.#send(open, asBatch, Math.max(deadline - Date.now(), PAUSE_MS), settled);
      open = open.filter((call) => {
        const outcome = settled.get(call);
        return outcome?.status === "rejected" && outcome.reason.retryable;
      });
      const wait = Math.max(asked, pause * (0.5 + Math.random() / 2));
      if (open.length === 0 || Date.now() + wait > deadline) break;
      await later(wait);
      pause = Math.min(pause * 2, PAUSE_MS_MAX);
    }
    return calls.map((call) => settled.get(call) as SettledCall<unknown>);
  }

  /** Send calls once; the milliseconds after which the service wants them again. */
  async #send(
    calls: readonly Call<unknown>[],
    asBatch: boolean,
    timeoutMs: number,
    settled: Map<Call<unknown>, SettledCall<unknown>>,
  ): Promise<number> {
    const requests = calls.map(({ id, method, params }) => ({ jsonrpc: "2.0", method, params, id }));
    let asked = 0;
    let answers = new Map<unknown, Wire>();
    let problem = "";
    try {
      const response = await fetch(this.#url, {
        method: "POST",
        headers: this.#headers,
        body: JSON.stringify(asBatch ? requests : requests[0]),
        signal: AbortSignal.timeout(timeoutMs),
      });
      const seconds = Number(response.headers.get("Retry-After") ?? 0);
      asked = Number.isFinite(seconds) ? seconds * 1000 : 0;
      problem = `${this.#url} answered ${response.status}, and not to this call`;
      answers = answersIn(await response.text());
    } catch (failure) {
      problem = `no answer from ${this.#url}: ${String(failure)}`;
    }
    for (const call of calls) {
      const answer = answers.get(call.id) ?? answers.get(null);
      if (answer === undefined) {
        settled.set(call, { status: "rejected", reason: new NoAnswer(problem) });
      } else if (answer.error === undefined) {
        settled.set(call, { status: "fulfilled", value: answer.result });
      } else {
        const reason = errorOf(answer.error);
        const { retry_after_s: after = 0 } = reason.data as { retry_after_s?: number };
        asked = Math.max(asked, after * 1000);
        settled.set(call, { status: "rejected", reason });
      }
    }
    return asked;
  }
}

/** The answers by their ids; one without an id is for all calls. */
function answersIn(text: string): Map<unknown, Wire> {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    return new Map();
  }
  const all = (Array.isArray(answer) ? answer : [answer]) as Wire[];
  const whole = all.filter((each) => each !== null && typeof each === "object" && ("result" in each || "error" in each));
  return new Map(whole.map((each) => [each.id ?? null, each]));
}

export interface BooksMethods<M extends Mode> {
  /**
   * Add a book to the catalogue with its first copies.
   *
   * An ISBN that another book has is a conflict.
   */
  create(params: Keyed & {
    /** Title. */ title: string;
    /** Names of the authors, in the order of the title page. */ authors: Array<string>;
    /** Number of pages. */ pages: number;
    /** Price of one copy; in major units, at most two decimals. */ price: number;
    /** ISBN-10 or ISBN-13, hyphens allowed; stored as ISBN-13. */ isbn?: Maybe<string>;
    /** Copies on hand. */ quantity?: Maybe<number>;
  }): Answer<M, Book>;
  /** Get one book, by its id or by its ISBN. */
  get(params?: {
    /** The book's id. */ id?: Maybe<number>;
    /** ISBN-10 or ISBN-13, hyphens allowed; stored as ISBN-13. */ isbn?: Maybe<string>;
  }): Answer<M, Book>;
  /**
   * List the books that match all filters, a page at a time.
   *
   * `author` and `title` find whole words; case and accents do not matter. All words of
   * `author` must be in one author's name. Titles sort by their words.
   */
  list(params?: Paged & {
    /** Whole words to find; case and accents do not matter. */ author?: Maybe<string>;
    /** Whole words to find; case and accents do not matter. */ title?: Maybe<string>;
    /** Lowest price, included; in major units, at most two decimals. */ min_price?: Maybe<number>;
    /** Highest price, included; in major units, at most two decimals. */ max_price?: Maybe<number>;
    /** Only books with copies, or without. */ in_stock?: Maybe<boolean>;
    /** Archived books alone. */ archived?: Maybe<boolean>;
    /** What to sort by. */ sort?: Maybe<"id" | "title" | "price">;
    /** Direction of the sort. */ order?: Maybe<"asc" | "desc">;
  }): Answer<M, BookPage>;
  /**
   * Change the given fields of a book; past sales do not change.
   *
   * An `isbn` of null takes it away.
   */
  update(params: Keyed & {
    /** The book's id. */ id: number;
    /** Title. */ title?: Maybe<string>;
    /** Names of the authors, in the order of the title page. */ authors?: Maybe<Array<string>>;
    /** Number of pages. */ pages?: Maybe<number>;
    /** Price of one copy; in major units, at most two decimals. */ price?: Maybe<number>;
    /** ISBN-10 or ISBN-13, hyphens allowed; stored as ISBN-13. */ isbn?: string | null;
  }): Answer<M, Book>;
  /** Add copies of a book to its stock. */
  restock(params: Keyed & {
    /** The book's id. */ id: number;
    /** Number of copies. */ quantity: number;
  }): Answer<M, Book>;
  /**
   * Set a book's stock after a count, if the stock is the number that you expect.
   *
   * If it is not, the conflict gives the real number in `actual_quantity`.
   */
  set_stock(params: Keyed & {
    /** The book's id. */ id: number;
    /** Copies on hand. */ quantity: number;
    /** Copies on hand. */ expected_quantity: number;
  }): Answer<M, Book>;
  /**
   * Take a book out of the catalogue.
   *
   * It is not sold, ordered or lent anew, nor listed or found; its history stays, and copies on loan
   * come back as ever. Archiving again changes nothing.
   */
  archive(params: Keyed & { /** The book's id. */ id: number }): Answer<M, Book>;
  /** Put an archived book back into the catalogue. Doing it again changes nothing. */
  unarchive(params: Keyed & { /** The book's id. */ id: number }): Answer<M, Book>;
}

export interface AuthorsMethods<M extends Mode> {
  /**
   * List authors by name, each with the number of books; archived books do not count.
   *
   * `query` finds names with all of its words, whole or begun; case and accents do not matter.
   */
  list(params?: Paged & {
    /** Words of the name, or their beginnings. */ query?: Maybe<string>;
  }): Answer<M, AuthorPage>;
}

export interface SalesMethods<M extends Mode> {
  /**
   * Sell copies of a book at its present price; all of them or none.
   *
   * With `expected_price`, a price that rose above it is refused; one that fell is taken.
   */
  create(params: Keyed & {
    /** The book's id. */ book_id: number;
    /** Number of copies. */ quantity?: Maybe<number>;
    /** The most that a copy was to cost; in major units, at most two decimals. */ expected_price?: Maybe<number>;
  }): Answer<M, NewSale>;
  /**
   * Take copies of a sale back at the price they were sold for, never more than were sold.
   *
   * If the sale belongs to an order, the payment gateway pays the money back.
   */
  refund(params: Keyed & {
    /** The sale's id. */ sale_id: number;
    /** Copies; all that are left if left out. */ quantity?: Maybe<number>;
    /** Whether the copies go back into stock. */ restock?: Maybe<boolean>;
  }): Answer<M, Refund>;
  /** Get one sale. */
  get(params: { /** The sale's id. */ id: number }): Answer<M, Sale>;
  /** List sales by id, a page at a time. */
  list(params?: Paged & {
    /** The book's id. */ book_id?: Maybe<number>;
    /** Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`. */ from?: Maybe<string>;
    /** End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`. */ to?: Maybe<string>;
    /** IANA time zone whose days and clock `from` and `to` mean. */ time_zone?: Maybe<string>;
  }): Answer<M, SalePage>;
  /**
   * Add up the sales made and the refunds given in a period.
   *
   * A refund counts in the period in which it is given, whenever its sale was made. Without sales
   * and refunds, all are zeros.
   */
  totals(params?: {
    /** Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`. */ from?: Maybe<string>;
    /** End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`. */ to?: Maybe<string>;
    /** IANA time zone whose days and clock `from` and `to` mean. */ time_zone?: Maybe<string>;
  }): Answer<M, TotalSales>;
  /**
   * Average the pages of the copies sold in a period, without those refunded since.
   *
   * Weighted by copies; null when there are none.
   */
  average_pages(params?: {
    /** Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`. */ from?: Maybe<string>;
    /** End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`. */ to?: Maybe<string>;
    /** IANA time zone whose days and clock `from` and `to` mean. */ time_zone?: Maybe<string>;
  }): Answer<M, AveragePages>;
}

export interface OrdersMethods<M extends Mode> {
  /** Tell what an order would come to now, and whether all of it is on hand; reserve nothing. */
  quote(params: {
    /** Books and how many copies of each. */ items: Array<OrderItem>;
  }): Answer<M, Quote>;
  /**
   * Order copies of several books and pay for them; all of them or none.
   *
   * Copies of a book that is named twice are added up. First the copies are reserved, then the
   * payment is taken, then the order is paid and its lines are sales. When the payment is declined
   * (final) or fails (may be tried again), the copies are free again. A free order asks no gateway.
   * With `expected_total`, a total that rose above it is refused before any payment. Without an
   * idempotency key a repetition orders again.
   */
  place(params: Keyed & {
    /** Books and how many copies of each. */ items: Array<OrderItem>;
    /** Who buys. */ customer: Customer;
    /** Which card is charged. */ payment: PaymentMethod;
    /** The most that the order was to come to; in major units, at most two decimals. */ expected_total?: Maybe<number>;
    /** Where to deliver to, as the country's rules want it. */ address?: Maybe<Address>;
  }): Answer<M, Order>;
  /** Get one order, with all its deliveries. */
  get(params: { /** The order's id. */ id: number }): Answer<M, Order>;
  /**
   * List orders in the order in which they were placed, a page at a time.
   *
   * `from` and `to` are about when they were placed. The case of `email` does not matter.
   */
  list(params?: Paged & {
    /** Only orders with this status. */ status?: Maybe<"pending" | "paid" | "partially_refunded" | "refunded" | "declined" | "failed" | "cancelled">;
    /** E-mail address. */ email?: Maybe<string>;
    /** Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`. */ from?: Maybe<string>;
    /** End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`. */ to?: Maybe<string>;
    /** IANA time zone whose days and clock `from` and `to` mean. */ time_zone?: Maybe<string>;
  }): Answer<M, OrderPage>;
  /**
   * Cancel a paid order: refund and restock exactly what was not refunded before.
   *
   * A delivery that has not left is cancelled with it; once one is out or has arrived, orders.return
   * takes the copies back. Cancelling again changes nothing. The gateway pays the money back right
   * after; until then `payment.refund_pending` shows it.
   */
  cancel(params: Keyed & { /** The order's id. */ order_id: number }): Answer<M, Order>;
  /**
   * Take copies of an order back that are out or were delivered, each once.
   *
   * They are refunded at the price they were sold for; the gateway pays the money back right after.
   */
  return(params: Keyed & {
    /** The order's id. */ order_id: number;
    /** Books and how many copies of each; all that are left if left out. */ items?: Maybe<Array<ReturnedItem>>;
    /** Whether the copies go back into stock. */ restock?: Maybe<boolean>;
  }): Answer<M, Order>;
}

export interface DeliveriesMethods<M extends Mode> {
  /**
   * Plan the delivery of a paid order that is not refunded in full.
   *
   * It goes to the order's own address unless another is given, which has to be as its country
   * wants it. An order has one delivery under way, and none after one that has arrived. A date is
   * past when it is so in every time zone.
   */
  schedule(params: Keyed & {
    /** The order's id. */ order_id: number;
    /** Where to deliver to, as the country's rules want it. */ address?: Maybe<Address>;
    /** The day to deliver on, if agreed. */ date?: Maybe<string>;
  }): Answer<M, Delivery>;
  /** Get one delivery. */
  get(params: { /** The delivery's id. */ id: number }): Answer<M, Delivery>;
  /** List deliveries by id, a page at a time. */
  list(params?: Paged & {
    /** The order's id. */ order_id?: Maybe<number>;
    /** Status of the delivery. */ status?: Maybe<"scheduled" | "out_for_delivery" | "delivered" | "failed" | "cancelled">;
  }): Answer<M, DeliveryPage>;
  /**
   * Move a delivery on.
   *
   * From scheduled to out_for_delivery to delivered; before that it may become failed or cancelled.
   * It does not go out once all of its order is refunded.
   */
  update_status(params: Keyed & {
    /** The delivery's id. */ id: number;
    /** Status of the delivery. */ status: "scheduled" | "out_for_delivery" | "delivered" | "failed" | "cancelled";
  }): Answer<M, Delivery>;
}

export interface MembersMethods<M extends Mode> {
  /** Add a member to the library. */
  create(params: Keyed & {
    /** The member's name. */ name: string;
    /** E-mail address. */ email?: Maybe<string>;
  }): Answer<M, Member>;
  /** Get one member, with the number of books on loan. */
  get(params: { /** The member's id. */ id: number }): Answer<M, Member>;
  /**
   * List members by id, a page at a time, all of them or those that a query finds.
   *
   * A query is words of the name or beginnings of them, in any order, or the whole e-mail address;
   * case and accents do not matter.
   */
  list(params?: Paged & {
    /** Words of the name, or their beginnings; or the e-mail address. */ query?: Maybe<string>;
    /** Those who have left, instead of the others. */ archived?: Maybe<boolean>;
  }): Answer<M, MemberPage>;
  /**
   * Change a member's name or e-mail address; fields left out do not change.
   *
   * An `email` of null takes it away.
   */
  update(params: Keyed & {
    /** The member's id. */ id: number;
    /** The member's name. */ name?: Maybe<string>;
    /** E-mail address. */ email?: string | null;
  }): Answer<M, Member>;
  /**
   * Let a member leave, who has no loans and owes nothing; reservations are cancelled.
   *
   * Copies held for the member pass to the next in the queue at once. What the member has borrowed
   * stays in the lists and in the log.
   */
  archive(params: Keyed & { /** The member's id. */ id: number }): Answer<M, Member>;
  /** Take a member back who had left. */
  unarchive(params: Keyed & { /** The member's id. */ id: number }): Answer<M, Member>;
}

export interface LibraryMethods<M extends Mode> {
  /**
   * Set how many copies of a book are for loan, including those on loan or held.
   *
   * New copies go to the queue, in order. Copies for loan are separate from the stock for sale.
   */
  set_copies(params: Keyed & {
    /** The book's id. */ book_id: number;
    /** Copies for loan, those on loan included. */ copies: number;
  }): Answer<M, Availability>;
  /** Show where a book's copies are. A book that is not for loan has zeros. */
  availability(params: { /** The book's id. */ book_id: number }): Answer<M, Availability>;
  /**
   * Lend a copy, or put the member into the queue if no copy is free.
   *
   * `outcome` is `loaned` with the loan, or `reserved` with the place in the queue and the time a
   * copy is expected. A copy held for the member is lent and fulfils the reservation. Overdue loans,
   * fines and the loan limit are checked when a copy would be lent, not when the member is put into
   * the queue.
   */
  checkout(params: Keyed & {
    /** The member's id. */ member_id: number;
    /** The book's id. */ book_id: number;
  }): Answer<M, Lending>;
  /**
   * Take a copy back.
   *
   * If somebody waits, it is held for the first in the queue at once; `handed_to` names that member.
   * A late return is fined if the operator has set a fine per day; `fine` tells how much.
   */
  return(params: Keyed & {
    /** The member's id. */ member_id: number;
    /** The book's id. */ book_id: number;
  }): Answer<M, Returned>;
  /** Put a member into the queue for a book that has no free copy. */
  reserve(params: Keyed & {
    /** The member's id. */ member_id: number;
    /** The book's id. */ book_id: number;
  }): Answer<M, Lending>;
  /**
   * Lend the copy that is held for the member.
   *
   * If no copy is held, the refusal gives the member's position in the queue and the time a copy
   * is expected.
   */
  fulfill(params: Keyed & {
    /** The member's id. */ member_id: number;
    /** The book's id. */ book_id: number;
  }): Answer<M, Lending>;
  /** Leave the queue. A copy held for the member passes to the first in the queue at once. */
  cancel_reservation(params: Keyed & {
    /** The member's id. */ member_id: number;
    /** The book's id. */ book_id: number;
  }): Answer<M, PassedOn>;
  /**
   * Let the next in the queue go first, and stay right behind.
   *
   * A copy held for the member passes to the first who waits, and the member becomes the first in
   * the queue. A member who waits changes places with the one behind.
   */
  step_aside(params: Keyed & {
    /** The member's id. */ member_id: number;
    /** The book's id. */ book_id: number;
  }): Answer<M, PassedOn>;
  /**
   * Lengthen a loan by one period, while nobody waits for the book.
   *
   * The period counts from the due date, or from now if that is later.
   */
  renew(params: Keyed & {
    /** The member's id. */ member_id: number;
    /** The book's id. */ book_id: number;
  }): Answer<M, Renewed>;
  /** Give a loan another due date, as an exception; it does not count as a renewal. */
  set_due_date(params: Keyed & {
    /** The member's id. */ member_id: number;
    /** The book's id. */ book_id: number;
    /** Any instant, past ones too; a date means until the end of that day. */ due_at: string;
    /** IANA time zone whose days and clock `from` and `to` mean. */ time_zone?: Maybe<string>;
  }): Answer<M, Renewed>;
  /**
   * Take one copy of a book out of lending: it is lost, damaged or not wanted any more.
   *
   * With `member_id` it is the copy that this member has: the loan ends as lost, and is fined like a
   * late return. Without, it is a free copy or, if there is none, a held one, whose member
   * then waits again at the place of before. Nobody loses a place in the queue.
   */
  withdraw_copy(params: Keyed & {
    /** The book's id. */ book_id: number;
    /** Why the copy is not for loan any more: for the log. */ reason: "lost" | "damaged" | "withdrawn";
    /** The member's id. */ member_id?: Maybe<number>;
  }): Answer<M, Withdrawn>;
  /**
   * List those who wait for a book, in order, each with the time a copy is expected.
   *
   * Positions count from 1. Members with a held copy no longer wait: they are in `holds` of every
   * page. The n-th place gets the n-th of the copies that are still to come; if it would rest on an
   * overdue loan, `estimated_ready_at` is null and `estimate_reason` is `overdue`.
   */
  queue(params: Paged & { /** The book's id. */ book_id: number }): Answer<M, QueuePage>;
  /**
   * List loans, a page at a time, by id.
   *
   * With `overdue` true they come by due date, the longest overdue first; with `open` true and
   * `overdue` false too, those due soonest first.
   */
  loans(params?: Paged & {
    /** The member's id. */ member_id?: Maybe<number>;
    /** The book's id. */ book_id?: Maybe<number>;
    /** Only loans not returned, or those returned. */ open?: Maybe<boolean>;
    /** Only loans past their due date, or the others. */ overdue?: Maybe<boolean>;
  }): Answer<M, LoanPage>;
  /** List open reservations, a page at a time: by id, with `ready` those to be fetched soonest. */
  reservations(params?: Paged & {
    /** The member's id. */ member_id?: Maybe<number>;
    /** The book's id. */ book_id?: Maybe<number>;
    /** `ready` is the holds shelf, `waiting` are those in a queue. */ status?: Maybe<"waiting" | "ready">;
  }): Answer<M, ReservationPage>;
  /** List the circulation log, which only grows: of one book by event number, else by time. */
  events(params?: Paged & {
    /** The book's id. */ book_id?: Maybe<number>;
    /** The member's id. */ member_id?: Maybe<number>;
    /** Only events of that kind. */ kind?: Maybe<EventKind>;
  }): Answer<M, EventPage>;
  /** Show what a member owes, and list the fines and payments that it is the sum of, by time. */
  fines(params: Paged & { /** The member's id. */ member_id: number }): Answer<M, Fines>;
  /** Take what a member pays of the fines; the balance and all its rows are the answer. */
  pay_fine(params: Keyed & {
    /** The member's id. */ member_id: number;
    /** What the member pays, at most two decimals, more than 0; in major units, at most two decimals. */ amount: number;
  }): Answer<M, Fines>;
}

export interface StoresMethods<M extends Mode> {
  /**
   * List the stores that match all filters, a page at a time.
   *
   * A store is open from the minute it opens until right before the one it closes. Hours past
   * midnight count for the day on which the span opens. All `more_than` and `less_than` are strict.
   * Names sort by their words; case, accents and punctuation do not matter. `is_open`, `closes_at`
   * and `opens_at` of each store are for `open_at`, else for now, by the store's own clock.
   */
  list(params?: Paged & {
    /** Open then: a local datetime, or one with an offset, which is converted to the store's time zone. */ open_at?: Maybe<string>;
    /** Open on that day at that local time. */ open_on?: Maybe<OpenOn>;
    /** Hours open in a week. */ hours_per_week?: Maybe<HoursPerWeek>;
    /** Hours open on a day. */ hours_per_day?: Maybe<HoursPerDay>;
    /** Number of listings, in a price range or all. */ books?: Maybe<BooksCount>;
    /** Whole words to find; case and accents do not matter. */ name?: Maybe<string>;
    /** What to sort by; ties by id. */ sort?: Maybe<"id" | "name" | "hours_per_week" | "listings_count">;
    /** Direction of the sort. */ order?: Maybe<"asc" | "desc">;
  }): Answer<M, StorePage>;
  /** Get one store; `is_open`, `closes_at` and `opens_at` are for `open_at`, else for now. */
  get(params: {
    /** The store's id. */ id: number;
    /** Open then: a local datetime, or one with an offset, which is converted to the store's time zone. */ open_at?: Maybe<string>;
  }): Answer<M, Store>;
  /** Open a store. `notes` in the answer say what of the text of its hours was left out. */
  create(params: Keyed & {
    /** The store's name. */ name: string;
    /** Opening hours of a week: text such as `Mon, Fri 2:30 pm - 8 pm / Sat - Sun 11 am - 1 am` or `Mo-Fr 09:00-17:00; We off`, or a list of {day, open, close}. Without a day it is every day. After `;` a rule replaces the hours of its days, after `,`, `/` or a new line it adds; what is closed or off stays so. A close at or before its open is on the next day; `closed` alone is never. */ hours: string | Array<{
      /** A day of the week; every day if left out. */ day?: string;
      /** Time at which it opens: 13:15 or 1:15 pm. */ open: string;
      /** Time at which it closes, as 20:00 or 8 pm. */ close: string;
    }>;
    /** IANA time zone by whose clock the store opens. */ time_zone?: Maybe<string>;
    /** Its first cash; in major units, at most two decimals. */ cash?: Maybe<number>;
  }): Answer<M, Store>;
  /**
   * Change a store's name, opening hours or time zone; all hours are replaced.
   *
   * Listings and search show a new name at once. Past purchases have the old one.
   */
  update(params: Keyed & {
    /** The store's id. */ id: number;
    /** The store's name. */ name?: Maybe<string>;
    /** Opening hours of a week: text such as `Mon, Fri 2:30 pm - 8 pm / Sat - Sun 11 am - 1 am` or `Mo-Fr 09:00-17:00; We off`, or a list of {day, open, close}. Without a day it is every day. After `;` a rule replaces the hours of its days, after `,`, `/` or a new line it adds; what is closed or off stays so. A close at or before its open is on the next day; `closed` alone is never. */ hours?: Maybe<string | Array<{
      /** A day of the week; every day if left out. */ day?: string;
      /** Time at which it opens: 13:15 or 1:15 pm. */ open: string;
      /** Time at which it closes, as 20:00 or 8 pm. */ close: string;
    }>>;
    /** IANA time zone by whose clock the store opens. */ time_zone?: Maybe<string>;
  }): Answer<M, Store>;
  /**
   * Give a day hours of its own, in place of those of the week that open on it.
   *
   * The night before goes on into a special day as it would into any other. Give hours, or
   * `closed`; they replace what was set for that day.
   */
  set_special_day(params: Keyed & {
    /** The store's id. */ id: number;
    /** The day, by the store's calendar. */ date: string;
    /** Hours of one day: text such as `20:00-23:00` (more parted by `,`), or a list of {open, close}. A close at or before its open is on the next day. */ hours?: Maybe<string | Array<{
      /** Time at which it opens: 13:15 or 1:15 pm. */ open: string;
      /** Time at which it closes, as 20:00 or 8 pm. */ close: string;
    }>>;
    /** Not open on that day at all. */ closed?: Maybe<boolean>;
  }): Answer<M, Store>;
  /** Let the hours of a day be those of the week again. */
  remove_special_day(params: Keyed & {
    /** The store's id. */ id: number;
    /** The day, by the store's calendar. */ date: string;
  }): Answer<M, Store>;
  /** Rank stores by what was bought there in a period; ties by name, then id. */
  popular(params?: {
    /** Number of purchases, or what they came to. */ by?: Maybe<"count" | "value">;
    /** Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`. */ from?: Maybe<string>;
    /** End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`. */ to?: Maybe<string>;
    /** Items per page, 50 if left out. */ limit?: Maybe<number>;
    /** IANA time zone whose days and clock `from` and `to` mean. */ time_zone?: Maybe<string>;
  }): Answer<M, PopularStores>;
}

export interface ListingsMethods<M extends Mode> {
  /**
   * List the listings that match all filters, a page at a time. Both prices are included.
   *
   * Names sort by their words; case, accents and punctuation do not matter.
   */
  list(params?: Paged & {
    /** The store's id. */ store_id?: Maybe<number>;
    /** Words that the name has, in any order. */ name?: Maybe<string>;
    /** Lowest price, included; in major units, at most two decimals. */ min_price?: Maybe<number>;
    /** Highest price, included; in major units, at most two decimals. */ max_price?: Maybe<number>;
    /** What to sort by; ties by id. */ sort?: Maybe<"id" | "price" | "name">;
    /** Direction of the sort. */ order?: Maybe<"asc" | "desc">;
  }): Answer<M, ListingPage>;
  /** Get one listing. */
  get(params: { /** The listing's id. */ id: number }): Answer<M, Listing>;
  /** List a book in a store. */
  create(params: Keyed & {
    /** The store's id. */ store_id: number;
    /** The book's name. */ name: string;
    /** Price of one copy; in major units, at most two decimals. */ price: number;
  }): Answer<M, Listing>;
  /** Take a listing off its store, and return it as it was. Past purchases do not change. */
  remove(params: Keyed & { /** The listing's id. */ id: number }): Answer<M, Listing>;
  /** Change a listing's name or price. Past purchases do not change. */
  update(params: Keyed & {
    /** The listing's id. */ id: number;
    /** The book's name. */ name?: Maybe<string>;
    /** Price of one copy; in major units, at most two decimals. */ price?: Maybe<number>;
  }): Answer<M, Listing>;
}

export interface UsersMethods<M extends Mode> {
  /** Add a user. */
  create(params: Keyed & {
    /** The user's name. */ name: string;
    /** The cash that the user begins with; in major units, at most two decimals. */ cash?: Maybe<number>;
  }): Answer<M, User>;
  /** Add cash that a user brings to their balance. */
  deposit(params: Keyed & {
    /** The user's id. */ id: number;
    /** An amount of more than 0; in major units, at most two decimals. */ amount: number;
  }): Answer<M, User>;
  /** Take cash that a user fetches off their balance. */
  withdraw(params: Keyed & {
    /** The user's id. */ id: number;
    /** An amount of more than 0; in major units, at most two decimals. */ amount: number;
  }): Answer<M, User>;
  /** Get one user. */
  get(params: { /** The user's id. */ id: number }): Answer<M, User>;
  /** List users by id, a page at a time: all, or those whose names have the words. */
  list(params?: Paged & {
    /** Words of the name, or their beginnings. */ query?: Maybe<string>;
  }): Answer<M, UserPage>;
  /** Rename a user. */
  update(params: Keyed & {
    /** The user's id. */ id: number;
    /** The user's name. */ name: string;
  }): Answer<M, User>;
  /** Rank users by what they spent in a period; ties by name, then id. */
  top(params?: {
    /** Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`. */ from?: Maybe<string>;
    /** End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`. */ to?: Maybe<string>;
    /** Items per page, 50 if left out. */ limit?: Maybe<number>;
    /** IANA time zone whose days and clock `from` and `to` mean. */ time_zone?: Maybe<string>;
  }): Answer<M, TopUsers>;
  /** Count the users who spent more or less than an amount in a period, both strict. */
  count(params?: {
    /** Spent more than this in all; in major units, at most two decimals. */ more_than?: Maybe<number>;
    /** Spent less than this in all; in major units, at most two decimals. */ less_than?: Maybe<number>;
    /** Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`. */ from?: Maybe<string>;
    /** End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`. */ to?: Maybe<string>;
    /** Whether users who bought nothing in the period count, as having spent 0. */ include_idle?: Maybe<boolean>;
    /** IANA time zone whose days and clock `from` and `to` mean. */ time_zone?: Maybe<string>;
  }): Answer<M, UserCount>;
}

export interface PurchasesMethods<M extends Mode> {
  /**
   * Buy a listing at its present price: the user pays the store, all at once or not at all.
   *
   * With `expected_price`, a price that rose above it is refused; one that fell is paid.
   */
  create(params: Keyed & {
    /** The user's id. */ user_id: number;
    /** The listing's id. */ listing_id: number;
    /** The price that the buyer expects; a higher one is refused; in major units, at most two decimals. */ expected_price?: Maybe<number>;
  }): Answer<M, NewPurchase>;
  /** Get one purchase. */
  get(params: { /** The purchase's id. */ id: number }): Answer<M, Purchase>;
  /**
   * Pay the price of a purchase back from the store to the user, once.
   *
   * The purchase stays in the history, with `refunded_at`.
   */
  refund(params: Keyed & { /** The purchase's id. */ id: number }): Answer<M, PurchaseRefund>;
  /** List purchases by id, a page at a time. */
  list(params?: Paged & {
    /** The user's id. */ user_id?: Maybe<number>;
    /** The store's id. */ store_id?: Maybe<number>;
    /** Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`. */ from?: Maybe<string>;
    /** End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`. */ to?: Maybe<string>;
    /** IANA time zone whose days and clock `from` and `to` mean. */ time_zone?: Maybe<string>;
  }): Answer<M, PurchasePage>;
  /**
   * Count the purchases of a period and add them up, and what was paid back in it.
   *
   * A refund counts in the period in which it is paid. Without purchases and refunds, all are zeros.
   */
  totals(params?: {
    /** Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`. */ from?: Maybe<string>;
    /** End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`. */ to?: Maybe<string>;
    /** IANA time zone whose days and clock `from` and `to` mean. */ time_zone?: Maybe<string>;
  }): Answer<M, PurchaseTotals>;
}

export interface SearchMethods<M extends Mode> {
  /**
   * Find stores by name, listings by name, and books by title, author and ISBN.
   *
   * Exact matches come first: the whole name, then a title without the series in its brackets, then
   * one without its subtitle, then one that differs by an article or by spaces alone, then an
   * author's whole name. Then names that begin with the query, then those with all its words, of
   * title and author together; then those with each of them as a part of a word, then those with
   * typos: none is forgiven in up to 4 letters, one from 5, two from 9. A whole title with a typo
   * comes before titles that have the query as a part of a word. Ties come by name, then by id.
   *
   * Case, accents and punctuation do not matter, but the literal name comes first; `&` is `and`.
   * Joined words and initials are found parted and the other way round (spiderman, jrr tolkien).
   * The signs of C#, C++ and .NET count. A query of signs alone finds names that have them.
   * `open_at` leaves out stores that are closed at that time, and their listings; books remain.
   */
  find(params: Paged & {
    /** A name or words of it, misspelt or not; of a book its author or ISBN too. */ query: string;
    /** What to find; all if left out. */ kinds?: Maybe<Array<"store" | "listing" | "book">>;
    /** Open then: a local datetime, or one with an offset, which is converted to the store's time zone. */ open_at?: Maybe<string>;
  }): Answer<M, Hits>;
}

export interface RequestsMethods<M extends Mode> {
  /**
   * Tell what happened to the change that this API key requested with an idempotency key.
   *
   * `unknown`: nothing has happened so far; repeat the request with its key, so that it happens, and
   * only once. `in_progress`: the request is running. `done`: the answer is here, whether or not it
   * arrived before.
   */
  lookup(params?: Keyed): Answer<M, RequestOutcome>;
}

export interface KeysMethods<M extends Mode> {
  /** Make an API key. Only this answer shows it; a repetition of the request gives null. */
  create(params: Keyed & {
    /** Who uses the key. */ name: string;
    /** What the key may do. */ role: "public" | "reader" | "clerk" | "admin";
  }): Answer<M, NewApiKey>;
  /** List all API keys, revoked ones included, without their secrets. */
  list(params?: Paged): Answer<M, ApiKeyPage>;
  /** Revoke an API key; it is refused from now on, by other processes within a second. */
  revoke(params: Keyed & { /** The key's id. */ id: number }): Answer<M, ApiKey>;
}

export interface AuditMethods<M extends Mode> {
  /**
   * Check each counter against the rows that explain it, and list every difference.
   *
   * A book's stock is what was received, less what was sold, plus what came back; the refundable
   * copies of a sale are its copies less those refunded. All is read as of one moment.
   *
   * One audit runs at a time. Calls that come meanwhile wait and share the next one.
   */
  run(params?: {
    /** Which part to audit; all of it if left out. */ scope?: Maybe<"bookshop" | "library" | "marketplace">;
  }): Answer<M, AuditReport>;
}

export interface RpcMethods<M extends Mode> {
  /** Describe all methods as an OpenRPC document; needs no key. */
  discover(params?: Record<string, never>): Answer<M, OpenRpcDocument>;
}

/** The methods by their namespaces. */
export interface Methods<M extends Mode> {
  readonly books: BooksMethods<M>;
  readonly authors: AuthorsMethods<M>;
  readonly sales: SalesMethods<M>;
  readonly orders: OrdersMethods<M>;
  readonly deliveries: DeliveriesMethods<M>;
  readonly members: MembersMethods<M>;
  readonly library: LibraryMethods<M>;
  readonly stores: StoresMethods<M>;
  readonly listings: ListingsMethods<M>;
  readonly users: UsersMethods<M>;
  readonly purchases: PurchasesMethods<M>;
  readonly search: SearchMethods<M>;
  readonly requests: RequestsMethods<M>;
  readonly keys: KeysMethods<M>;
  readonly audit: AuditMethods<M>;
  readonly rpc: RpcMethods<M>;
}

/** All methods, and whether they change something. */
const METHODS: Record<string, boolean> = {
  "books.create": true, "books.get": false, "books.list": false, "books.update": true,
  "books.restock": true, "books.set_stock": true, "books.archive": true, "books.unarchive": true,
  "authors.list": false, "sales.create": true, "sales.refund": true, "sales.get": false,
  "sales.list": false, "sales.totals": false, "sales.average_pages": false, "orders.quote": false,
  "orders.place": true, "orders.get": false, "orders.list": false, "orders.cancel": true,
  "deliveries.schedule": true, "deliveries.get": false, "deliveries.list": false,
  "deliveries.update_status": true, "orders.return": true, "members.create": true,
  "members.get": false, "members.list": false, "members.update": true, "members.archive": true,
  "members.unarchive": true, "library.set_copies": true, "library.availability": false,
  "library.checkout": true, "library.return": true, "library.reserve": true,
  "library.fulfill": true, "library.cancel_reservation": true, "library.step_aside": true,
  "library.renew": true, "library.set_due_date": true, "library.withdraw_copy": true,
  "library.queue": false, "library.loans": false, "library.reservations": false,
  "library.events": false, "library.fines": false, "library.pay_fine": true, "stores.list": false,
  "stores.get": false, "stores.create": true, "stores.update": true, "stores.set_special_day": true,
  "stores.remove_special_day": true, "stores.popular": false, "listings.list": false,
  "listings.get": false, "listings.create": true, "listings.remove": true, "listings.update": true,
  "users.create": true, "users.deposit": true, "users.withdraw": true, "users.get": false,
  "users.list": false, "users.update": true, "users.top": false, "users.count": false,
  "purchases.create": true, "purchases.get": false, "purchases.refund": true,
  "purchases.list": false, "purchases.totals": false, "search.find": false,
  "requests.lookup": false, "keys.create": true, "keys.list": false, "keys.revoke": true,
  "audit.run": false, "rpc.discover": false
};

function methods<M extends Mode>(send: Send): Methods<M> {
  const made: Record<string, Record<string, (params?: object) => unknown>> = {};
  for (const [name, changes] of Object.entries(METHODS)) {
    const [namespace = "", verb = ""] = name.split(".");
    (made[namespace] ??= {})[verb] = (params = {}) => send(name, params, changes);
  }
  return made as unknown as Methods<M>;
}

export interface Options {
  /** The whole URL of /rpc. */
  url: string;
  /** Your API key; without one only rpc.discover answers. */
  key?: string | null | undefined;
  /** Milliseconds until a call gives up, its repetitions included. */
  deadlineMs?: number | undefined;
}

/** The service at a URL, for the holder of a key. */
export interface Octavo extends Methods<"now"> {}
export class Octavo {
  readonly #line: Line;

  constructor(options: Options) {
    const line = new Line(options);
    this.#line = line;
    Object.assign(this, methods(async (method, params, changes) => {
      const [outcome] = await line.perform([new Call(method, params, changes)], false);
      if (outcome?.status === "fulfilled") return outcome.value;
      throw outcome?.reason;
    }));
  }

  /** Send calls together; what became of each, in their order. Each succeeds or fails by itself. */
  async batch<const Calls extends readonly Call<unknown>[]>(
    build: (methods: Methods<"in batch">) => Calls,
  ): Promise<Settled<Calls>> {
    const calls = build(methods((method, params, changes) => new Call(method, params, changes)));
    return (await this.#line.perform(calls, true)) as Settled<Calls>;
  }
}
