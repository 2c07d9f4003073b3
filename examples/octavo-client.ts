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

// Models

/** Where to deliver to. Which fields it needs depends on the country. */
export interface Address {
  /** Who is to get it; the customer if left out. */
  recipient?: string | null;
  /** Street and number. */
  line1: string;
  /** Flat, floor or building. */
  line2?: string | null;
  /** Town or city. */
  city?: string | null;
  /** State, province or area. */
  region?: string | null;
  /** Postcode. */
  postcode?: string | null;
  /** ISO 3166 code. */
  country: string;
  /** Telephone number. */
  phone?: string | null;
}

/** An API key without its secret. */
export interface ApiKey {
  /** Its id, unique among those of its kind. */
  id: number;
  /** Who uses the key. */
  name: string;
  /** What the key may do. */
  role: "public" | "reader" | "clerk" | "admin";
  /** When it was made, in UTC. */
  created_at: string;
  /** When the key was revoked, in UTC; null while it is valid. */
  revoked_at: string | null;
}

/** One page of keys, oldest first. */
export interface ApiKeyPage {
  /** The items of the page, in the order asked for. */
  items: Array<ApiKey>;
  /** Give it as `cursor` for the next page; null on the last page. */
  next_cursor: string | null;
}

/** What an audit found; `ok` when every counter is explained. */
export interface AuditReport {
  /** Whether the rows explain every counter. */
  ok: boolean;
  /** How many counters of each kind were checked. */
  checked: Record<string, number>;
  /** By kind, then id; at most 200 of a kind. */
  differences: Array<Difference>;
  /** Whether there are more differences than are listed. */
  truncated: boolean;
}

/** An author with the number of books, archived ones left out. */
export interface Author {
  /** Name of the author. */
  name: string;
  /** Books in the catalogue that name the author. */
  books: number;
}

/** One page of authors, by name. */
export interface AuthorPage {
  /** The items of the page, in the order asked for. */
  items: Array<Author>;
  /** Give it as `cursor` for the next page; null on the last page. */
  next_cursor: string | null;
}

/** Where the copies of a book are: total = available + on loan + held. */
export interface Availability {
  /** Id of the book. */
  book_id: number;
  /** Number of copies for loan, those on loan or held included. */
  total_copies: number;
  /** Number of copies that anybody may borrow now. */
  available_copies: number;
  /** Number of copies on loan. */
  on_loan: number;
  /** Copies held for a member. */
  held: number;
  /** Members who wait; those with a held copy are not among them. */
  queue_length: number;
}

/** Average pages of the copies that were sold in a period and not returned since. */
export interface AveragePages {
  /** Start (included), null if open. */
  from: string | null;
  /** End (excluded), null if open. */
  to: string | null;
  /** IANA time zone by whose days and clock `from` and `to` were read. */
  time_zone: string;
  /** Pages of a copy, on average over the copies; null when there are none. */
  average_pages: number | null;
  /** Number of copies sold in the period and not returned since. */
  copies: number;
}

/** A title in the catalogue with its copies on hand. */
export interface Book {
  /** Its id, unique among those of its kind. */
  id: number;
  /** Title of the book. */
  title: string;
  /** Names of the authors, in the order of the title page. */
  authors: Array<string>;
  /** Number of pages. */
  pages: number;
  /** Price of one copy, in major units, exact to the cent. */
  price: number;
  /** ISBN-13 without hyphens. */
  isbn: string | null;
  /** Copies on hand, for sale. */
  stock: number;
  /** Whether it was taken out of the catalogue. */
  archived: boolean;
}

/** One page of the catalogue. */
export interface BookPage {
  /** The items of the page, in the order asked for. */
  items: Array<Book>;
  /** Give it as `cursor` for the next page; null on the last page. */
  next_cursor: string | null;
}

/**
 * Bounds, both excluded, of the number of listings within a price range.
 *
 * The prices are included. A store without listings in the range counts as 0.
 */
export interface BooksCount {
  /** More listings than this number. */
  more_than?: number | null;
  /** Fewer listings than this number. */
  less_than?: number | null;
  /** Lowest price, included; in major units, at most two decimals. */
  min_price?: number | null;
  /** Highest price, included; in major units, at most two decimals. */
  max_price?: number | null;
}

/** One row of the circulation log. */
export interface CirculationEvent {
  /** Its id, unique among those of its kind. */
  id: number;
  /** Id of the book. */
  book_id: number;
  /** Number of the event among those of its book, from 1. */
  number: number;
  /** What happened. */
  kind: EventKind;
  /** When it happened, in UTC. */
  at: string;
  /** Null for what concerns no member: copies set or withdrawn. */
  member_id: number | null;
  /** Of a checkout, a fulfil, a renewal or a date set. */
  due_at: string | null;
  /** Until when a copy is held. */
  expires_at: string | null;
  /** The number of copies that was set. */
  copies: number | null;
  /** Why a copy was withdrawn. */
  reason: "lost" | "damaged" | "withdrawn" | null;
  /** The book's title. */
  title: string | null;
  /** The member's name. */
  member_name: string | null;
}

/** Who buys. */
export interface Customer {
  /** Name. */
  name: string;
  /** E-mail address. */
  email?: string | null;
}

/** One journey of an order's books to the customer. */
export interface Delivery {
  /** Its id, unique among those of its kind. */
  id: number;
  /** Id of the order. */
  order_id: number;
  /** The status it has now. */
  status: DeliveryStatus;
  /** Where the delivery goes. */
  address: Address;
  /** The day agreed, if one was. */
  date: string | null;
  /** When the delivery was scheduled, in UTC. */
  scheduled_at: string;
  /** When its status changed last, in UTC. */
  updated_at: string;
}

/** One page of deliveries, by id. */
export interface DeliveryPage {
  /** The items of the page, in the order asked for. */
  items: Array<Delivery>;
  /** Give it as `cursor` for the next page; null on the last page. */
  next_cursor: string | null;
}

/** The status of a delivery. */
export type DeliveryStatus = "scheduled" | "out_for_delivery" | "delivered" | "failed" | "cancelled";

/** A counter that differs from the sum of its rows. */
export interface Difference {
  /** Which part of the service: bookshop, library or marketplace. */
  scope: "bookshop" | "library" | "marketplace";
  /** Which counter: stock of a book, author_books, refundable copies of a sale; of an order in cents the order_charge, order_refund or order_payback, and its order_copies that were refunded; total copies of a book for loan, those available, on_loan, held or waiting for, its events in the log; open_loans of a member, and fines in cents; cash of an account in cents; listings_count of a store; circulation_log for all else that the library's log says; rollup_sold, rollup_refunded, rollup_returned, rollup_bought and rollup_paid_back for the pages that reports read, which `python -m data.rollup` makes anew. */
  kind: string;
  /** Where the counter is stored. */
  collection: string;
  /** Whose counter: the id of the book, author, sale, order, member, event or page; user:0, store:1. */
  id: number | string;
  /** What differs, for a circulation_log and a rollup. */
  field?: string | null;
  /** What the rows add up to. */
  expected: number | string | null;
  /** The counter; null if there are rows but no counter. */
  actual: number | string | null;
}

/** What can happen to a copy, or to the queue for one. */
export type EventKind = "set_copies" | "checkout" | "return" | "reserve" | "hold" | "fulfill" | "expire" | "cancel" | "step_aside" | "renew" | "set_due_date" | "withdraw" | "put_back";

/** One page of the circulation log. */
export interface EventPage {
  /** The items of the page, in the order asked for. */
  items: Array<CirculationEvent>;
  /** Give it as `cursor` for the next page; null on the last page. */
  next_cursor: string | null;
}

/** A fine, or a payment. */
export interface Fine {
  /** Its id, unique among those of its kind. */
  id: number;
  /** `overdue` for a late return, `lost` for a late loan whose copy was lost. */
  kind: "overdue" | "lost" | "payment";
  /** The loan of a fine; null for a payment. */
  loan_id: number | null;
  /** Id of the book. */
  book_id: number | null;
  /** Title of the book; null if it is not known. */
  title: string | null;
  /** What the balance grows by, in major units, exact to the cent; negative for a payment. */
  amount: number;
  /** When it happened, in UTC. */
  at: string;
}

/** What a member owes, and the rows that it is the sum of, the oldest first. */
export interface Fines {
  /** The items of the page, in the order asked for. */
  items: Array<Fine>;
  /** Give it as `cursor` for the next page; null on the last page. */
  next_cursor: string | null;
  /** What the member owes now, in major units, exact to the cent. */
  balance: number;
}

/** A store, a listing of a store, or a book of the catalogue. */
export interface Hit {
  /** What was found: a store, a listing or a book. */
  kind: "store" | "listing" | "book";
  /** What `id` names: one of stores, listings or catalogue. */
  source: "stores" | "listings" | "catalogue";
  /** Id of the store, listing or book. */
  id: number;
  /** Name of the store or listing, or title of the book. */
  name: string;
  /** Why it was found: exact, prefix, words, part or typo. */
  match: "exact" | "prefix" | "words" | "part" | "typo";
  /** 1 for the exact name; the less alike, the lower. */
  score: number;
  /** The listing's store; null for other hits. */
  store_id?: number | null;
  /** The name of the listing's store. */
  store_name?: string | null;
  /** Of a listing or book, in major units, exact to the cent. */
  price?: number | null;
  /** Copies of a book on hand. */
  stock?: number | null;
  /** Of a book. */
  authors?: Array<string> | null;
}

/** What was found, the best first. */
export interface Hits {
  /** The items of the page, in the order asked for. */
  items: Array<Hit>;
  /** How many there are on all pages. */
  total: number;
  /** Give it as `cursor` for the next page; null on the last page. */
  next_cursor: string | null;
}

/**
 * Bounds of the hours open on a day, both excluded; a span counts for the day it opens.
 *
 * A day on which a store stays closed has 0 hours. With `day` only that day counts; else `which`
 * says whether any day, every day or the average of the seven has to be within the bounds.
 */
export interface HoursPerDay {
  /** Open more hours a day than this. */
  more_than?: number | null;
  /** Open fewer hours a day than this. */
  less_than?: number | null;
  /** A day of the week, any spelling. */
  day?: string | null;
  /** Without `day`: any day, every day, or the average of the seven. */
  which?: "any" | "every" | "average";
}

/** Bounds of the hours open in a week, both excluded. */
export interface HoursPerWeek {
  /** Open more hours a week than this. */
  more_than?: number | null;
  /** Open fewer hours a week than this. */
  less_than?: number | null;
}

/** One stretch of opening: `close` at or before `open` is on the next day. */
export interface HoursSpan {
  /** Day of the week: mon, tue, wed, thu, fri, sat or sun. */
  day: "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";
  /** HH:MM. */
  open: string;
  /** HH:MM; not after `open` means the next day. */
  close: string;
}

/** The outcome of a checkout: a loan, or a place in the queue. */
export interface Lending {
  /** `loaned`: a copy was lent; `reserved`: none was free, the member waits. */
  outcome: "loaned" | "reserved";
  /** The loan, if a copy was lent; else null. */
  loan?: Loan | null;
  /** The place in the queue, if no copy was free; else null. */
  reservation?: Reservation | null;
}

/** A loan in a list. */
export interface ListedLoan {
  /** Its id, unique among those of its kind. */
  id: number;
  /** Id of the member. */
  member_id: number;
  /** Id of the book. */
  book_id: number;
  /** When the loan began, in UTC. */
  loaned_at: string;
  /** When the loan is due, in UTC. */
  due_at: string;
  /** How often the loan has been renewed. */
  renewals: number;
  /** When the copy came back, in UTC; null if it has not. */
  returned_at: string | null;
  /** When the loan ended without its copy. */
  lost_at: string | null;
  /** Whether it is still on loan after its due date. */
  is_overdue: boolean;
  /** The book's title. */
  title: string | null;
  /** The member's name. */
  member_name: string | null;
}

/** A reservation in a list. */
export interface ListedReservation {
  /** Its id, unique among those of its kind. */
  id: number;
  /** Id of the member. */
  member_id: number;
  /** Id of the book. */
  book_id: number;
  /** `waiting` in the queue, `ready` to be fetched, or how it ended. */
  status: "waiting" | "ready" | "fulfilled" | "cancelled" | "expired";
  /** Place in the queue, from 1; null for a member who no longer waits. */
  position: number | null;
  /** When a copy is expected, from the due dates of the loans to come. */
  estimated_ready_at: string | null;
  /** Why none is expected: it would rest on an overdue loan, or no copy is left. */
  estimate_reason: "overdue" | "no_copies" | null;
  /** When the member reserved, in UTC. */
  reserved_at: string;
  /** When the hold of a ready copy ends. */
  fetch_by: string | null;
  /** The book's title. */
  title: string | null;
  /** The member's name. */
  member_name: string | null;
}

/** A book in a store at a price. */
export interface Listing {
  /** Its id, unique among those of its kind. */
  id: number;
  /** Id of the store. */
  store_id: number;
  /** Name of the store. */
  store_name: string;
  /** Name of the book as the store lists it. */
  name: string;
  /** Price of one copy, in major units, exact to the cent. */
  price: number;
}

/** One page of listings. */
export interface ListingPage {
  /** The items of the page, in the order asked for. */
  items: Array<Listing>;
  /** Give it as `cursor` for the next page; null on the last page. */
  next_cursor: string | null;
}

/** A copy of a book that a member has, or had. */
export interface Loan {
  /** Its id, unique among those of its kind. */
  id: number;
  /** Id of the member. */
  member_id: number;
  /** Id of the book. */
  book_id: number;
  /** When the loan began, in UTC. */
  loaned_at: string;
  /** When the loan is due, in UTC. */
  due_at: string;
  /** How often the loan has been renewed. */
  renewals: number;
  /** When the copy came back, in UTC; null if it has not. */
  returned_at: string | null;
  /** When the loan ended without its copy. */
  lost_at: string | null;
  /** Whether it is still on loan after its due date. */
  is_overdue: boolean;
}

/** One page of loans. */
export interface LoanPage {
  /** The items of the page, in the order asked for. */
  items: Array<ListedLoan>;
  /** Give it as `cursor` for the next page; null on the last page. */
  next_cursor: string | null;
}

/** A person who may borrow books. */
export interface Member {
  /** Its id, unique among those of its kind. */
  id: number;
  /** Name of the member. */
  name: string;
  /** E-mail address; null if none is known. */
  email: string | null;
  /** Books that the member has on loan. */
  open_loans: number;
  /** What the member owes for late or lost books, in major units, exact to the cent. */
  fines: number;
  /** Whether the member has left: no loans, no reservations. */
  archived: boolean;
  /** When the member joined, in UTC. */
  joined_at: string;
}

/** One page of members, by id. */
export interface MemberPage {
  /** The items of the page, in the order asked for. */
  items: Array<Member>;
  /** Give it as `cursor` for the next page; null on the last page. */
  next_cursor: string | null;
}

/** A key with its secret, which is shown only once. */
export interface NewApiKey {
  /** Its id, unique among those of its kind. */
  id: number;
  /** Who uses the key. */
  name: string;
  /** What the key may do. */
  role: "public" | "reader" | "clerk" | "admin";
  /** When it was made, in UTC. */
  created_at: string;
  /** When the key was revoked, in UTC; null while it is valid. */
  revoked_at: string | null;
  /** The secret; null when the request is repeated. */
  key: string | null;
}

/** A purchase as its maker sees it. */
export interface NewPurchase {
  /** Its id, unique among those of its kind. */
  id: number;
  /** Id of the user. */
  user_id: number;
  /** Id of the store. */
  store_id: number;
  /** Null for history whose listing was never loaded. */
  listing_id: number | null;
  /** Name of the book at the time of the purchase. */
  book_name: string;
  /** Name of the store. */
  store_name: string;
  /** What was paid, in major units, exact to the cent. */
  amount: number;
  /** When it was bought, in UTC. */
  purchased_at: string;
  /** Null unless the price was paid back. */
  refunded_at: string | null;
  /** The user's cash right after the purchase, in major units, exact to the cent. */
  user_cash: number;
  /** The store's cash right after the purchase, in major units, exact to the cent. */
  store_cash: number;
}

/** A sale as its maker sees it. */
export interface NewSale {
  /** Its id, unique among those of its kind. */
  id: number;
  /** Id of the book. */
  book_id: number;
  /** Number of copies. */
  quantity: number;
  /** Price of one copy at that time, in major units, exact to the cent. */
  unit_price: number;
  /** Price of all copies together, in major units, exact to the cent. */
  total: number;
  /** When it was sold, in UTC. */
  sold_at: string;
  /** Copies of this sale refunded so far. */
  refunded_quantity: number;
  /** The order that the sale belongs to, if it does. */
  order_id: number | null;
  /** Copies on hand right after this sale. */
  stock_left: number;
}

/** A day of the week and a local time. */
export interface OpenOn {
  /** A day of the week, any spelling. */
  day: string;
  /** A time such as 13:15 or 1:15 pm. */
  time: string;
}

/** An OpenRPC document. */
export type OpenRpcDocument = Record<string, unknown>;

/** An order with its lines, one for each book. */
export interface Order {
  /** Its id, unique among those of its kind. */
  id: number;
  /** What became of the order. */
  status: OrderStatus;
  /** One line for each book. */
  lines: Array<OrderLine>;
  /** Price of all lines together, in major units, exact to the cent. */
  total: number;
  /** Who bought. */
  customer: OrderCustomer;
  /** What was paid, paid back and kept. */
  payment: OrderPayment;
  /** When the order was placed, in UTC. */
  placed_at: string;
  /** When the payment was approved, in UTC; null if it was not. */
  paid_at: string | null;
  /** When the order was cancelled, in UTC; null if it was not. */
  cancelled_at: string | null;
  /** The delivery under way, if there is one. */
  delivery_id: number | null;
  /** All deliveries, in order. */
  deliveries: Array<OrderDelivery>;
  /** Where to deliver to, if it was said. */
  address?: Address | null;
}

/** Who bought. */
export interface OrderCustomer {
  /** Name of the customer. */
  name: string;
  /** E-mail address; null if none is known. */
  email: string | null;
}

/** A delivery of an order, under way or not. */
export interface OrderDelivery {
  /** Its id, unique among those of its kind. */
  id: number;
  /** The status it has now. */
  status: DeliveryStatus;
  /** The day agreed, if one was. */
  date: string | null;
}

/** An item of a request: a book by its ISBN or by its id, and how many copies. */
export interface OrderItem {
  /** ISBN-10 or ISBN-13, hyphens allowed; stored as ISBN-13. */
  isbn?: string | null;
  /** The book's id. */
  book_id?: number | null;
  /** Number of copies. */
  quantity?: number;
}

/** Copies of one book at the price of the moment; a paid order's line is a sale. */
export interface OrderLine {
  /** Id of the book. */
  book_id: number;
  /** ISBN-13 without hyphens; null if the book has none. */
  isbn: string | null;
  /** Number of copies. */
  quantity: number;
  /** Price of one copy at that time, in major units, exact to the cent. */
  unit_price: number;
  /** Price of the line: quantity times unit price, in major units, exact to the cent. */
  total: number;
  /** The sale that the line became; null until paid. */
  sale_id: number | null;
}

/** One page of orders, in the order in which they were placed. */
export interface OrderPage {
  /** The items of the page, in the order asked for. */
  items: Array<Order>;
  /** Give it as `cursor` for the next page; null on the last page. */
  next_cursor: string | null;
  /** IANA time zone by whose days and clock `from` and `to` were read. */
  time_zone: string;
}

/** An order's money: charged = kept + refunded. */
export interface OrderPayment {
  /** pending, approved, declined or failed. */
  status: string;
  /** The gateway's id of the charge. */
  transaction_id: string | null;
  /** The gateway's reason for declining the payment; null if it did not. */
  decline_code: string | null;
  /** What the customer paid, in major units, exact to the cent. */
  charged: number;
  /** What of it was paid back, or is about to be, in major units, exact to the cent. */
  refunded: number;
  /** What is left of the charge after refunds, in major units, exact to the cent. */
  kept: number;
  /** The part of `refunded` that the gateway has not confirmed yet, in major units, exact to the cent. */
  refund_pending: number;
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
  /** The reservation. */
  reservation: Reservation;
  /** The member for whom the copy is held now; null if it is free. */
  handed_to: number | null;
}

/** How it is paid. */
export interface PaymentMethod {
  /** The gateway's name for the customer's card. The simulated gateway knows tok_ok, tok_declined, tok_insufficient_funds, tok_error and tok_slow. */
  token: string;
}

/** A store with what was bought there in a period. */
export interface PopularStore {
  /** Its id, unique among those of its kind. */
  id: number;
  /** Name of the store. */
  name: string;
  /** Purchases. */
  count: number;
  /** What they came to, in major units, exact to the cent. */
  value: number;
}

/** Stores by what was bought there, the most popular first. */
export interface PopularStores {
  /** The items of the page, in the order asked for. */
  items: Array<PopularStore>;
  /** IANA time zone by whose days and clock `from` and `to` were read. */
  time_zone: string;
}

/** What a user bought, under the names and at the price of that time. */
export interface Purchase {
  /** Its id, unique among those of its kind. */
  id: number;
  /** Id of the user. */
  user_id: number;
  /** Id of the store. */
  store_id: number;
  /** Null for history whose listing was never loaded. */
  listing_id: number | null;
  /** Name of the book at the time of the purchase. */
  book_name: string;
  /** Name of the store. */
  store_name: string;
  /** What was paid, in major units, exact to the cent. */
  amount: number;
  /** When it was bought, in UTC. */
  purchased_at: string;
  /** Null unless the price was paid back. */
  refunded_at: string | null;
}

/** One page of purchases, by id. */
export interface PurchasePage {
  /** The items of the page, in the order asked for. */
  items: Array<Purchase>;
  /** Give it as `cursor` for the next page; null on the last page. */
  next_cursor: string | null;
  /** IANA time zone by whose days and clock `from` and `to` were read. */
  time_zone: string;
}

/** A purchase whose price was paid back, as its maker sees it. */
export interface PurchaseRefund {
  /** Its id, unique among those of its kind. */
  id: number;
  /** Id of the user. */
  user_id: number;
  /** Id of the store. */
  store_id: number;
  /** Null for history whose listing was never loaded. */
  listing_id: number | null;
  /** Name of the book at the time of the purchase. */
  book_name: string;
  /** Name of the store. */
  store_name: string;
  /** What was paid, in major units, exact to the cent. */
  amount: number;
  /** When it was bought, in UTC. */
  purchased_at: string;
  /** Null unless the price was paid back. */
  refunded_at: string | null;
  /** The user's cash right after the refund, in major units, exact to the cent. */
  user_cash: number;
  /** The store's cash right after the refund, in major units, exact to the cent. */
  store_cash: number;
}

/** Number and value of the purchases of a period; refunds by the day on which they were paid. */
export interface PurchaseTotals {
  /** Start (included), null if open. */
  from: string | null;
  /** End (excluded), null if open. */
  to: string | null;
  /** IANA time zone by whose days and clock `from` and `to` were read. */
  time_zone: string;
  /** Number of purchases. */
  count: number;
  /** What the purchases came to, in major units, exact to the cent. */
  value: number;
  /** What was paid back in the period, whenever it was bought, in major units, exact to the cent. */
  refunded: number;
  /** What is left after refunds, in major units, exact to the cent. */
  net: number;
}

/** A member who waits, or for whom a copy is held. */
export interface QueueItem {
  /** From 1; null for a held copy. */
  position: number | null;
  /** Id of the member. */
  member_id: number;
  /** When the member reserved, in UTC. */
  reserved_at: string;
  /** `waiting` in the queue, `ready` to be fetched, or how it ended. */
  status: "waiting" | "ready";
  /** When a copy is expected, from the due dates of the loans to come. */
  estimated_ready_at: string | null;
  /** Why none is expected: it would rest on an overdue loan, or no copy is left. */
  estimate_reason: "overdue" | "no_copies" | null;
  /** When the hold of a ready copy ends, in UTC; null while it is not ready. */
  fetch_by: string | null;
  /** The book's title. */
  title: string | null;
  /** The member's name. */
  member_name: string | null;
}

/** One page of the queue for a book, in order, and all holds of the book. */
export interface QueuePage {
  /** The items of the page, in the order asked for. */
  items: Array<QueueItem>;
  /** Give it as `cursor` for the next page; null on the last page. */
  next_cursor: string | null;
  /** Held copies; those members no longer wait. */
  holds: Array<QueueItem>;
}

/** What an order would come to now. Nothing is reserved. */
export interface Quote {
  /** One line for each book. */
  lines: Array<QuotedLine>;
  /** Price of all lines together, in major units, exact to the cent. */
  total: number;
  /** Whether all of it is on hand. */
  available: boolean;
}

/** Copies of one book at the price of the moment. */
export interface QuotedLine {
  /** Id of the book. */
  book_id: number;
  /** ISBN-13 without hyphens; null if the book has none. */
  isbn: string | null;
  /** Number of copies. */
  quantity: number;
  /** Price of one copy at that time, in major units, exact to the cent. */
  unit_price: number;
  /** Price of the line: quantity times unit price, in major units, exact to the cent. */
  total: number;
  /** Whether so many copies are on hand. */
  available: boolean;
}

/** Copies of one sale taken back at the price they were sold for. */
export interface Refund {
  /** Its id, unique among those of its kind. */
  id: number;
  /** Id of the sale. */
  sale_id: number;
  /** Id of the book. */
  book_id: number;
  /** Number of copies. */
  quantity: number;
  /** What is paid back, in major units, exact to the cent. */
  amount: number;
  /** Whether the copies went back into stock. */
  restocked: boolean;
  /** When it was refunded, in UTC. */
  refunded_at: string;
  /** Copies of the sale that are left to refund. */
  refundable_quantity: number;
  /** Copies on hand after the refund. */
  stock: number;
}

/** A loan with its new due date. */
export interface Renewed {
  /** The loan. */
  loan: Loan;
}

/** What became of the request that was sent with an idempotency key. */
export interface RequestOutcome {
  /** `unknown`, `in_progress`, or `done` with its result or error. */
  status: "unknown" | "in_progress" | "done";
  /** The method that was called. */
  method?: string | null;
  /** Its result, if it succeeded. */
  result?: Record<string, unknown> | null;
  /** Its final error {code, message, data}, if it was refused. */
  error?: Record<string, unknown> | null;
}

/** A member's place in the queue for a book, or the copy held for the member. */
export interface Reservation {
  /** Its id, unique among those of its kind. */
  id: number;
  /** Id of the member. */
  member_id: number;
  /** Id of the book. */
  book_id: number;
  /** `waiting` in the queue, `ready` to be fetched, or how it ended. */
  status: "waiting" | "ready" | "fulfilled" | "cancelled" | "expired";
  /** Place in the queue, from 1; null for a member who no longer waits. */
  position: number | null;
  /** When a copy is expected, from the due dates of the loans to come. */
  estimated_ready_at: string | null;
  /** Why none is expected: it would rest on an overdue loan, or no copy is left. */
  estimate_reason: "overdue" | "no_copies" | null;
  /** When the member reserved, in UTC. */
  reserved_at: string;
  /** When the hold of a ready copy ends. */
  fetch_by: string | null;
}

/** One page of open reservations. */
export interface ReservationPage {
  /** The items of the page, in the order asked for. */
  items: Array<ListedReservation>;
  /** Give it as `cursor` for the next page; null on the last page. */
  next_cursor: string | null;
}

/** A loan that has ended, and where its copy went. */
export interface Returned {
  /** The loan. */
  loan: Loan;
  /** The member for whom the copy is held now; null if it is free. */
  handed_to: number | null;
  /** What this end of the loan costs the member, in major units, exact to the cent. */
  fine: number;
}

/** Copies of one book that come back. */
export interface ReturnedItem {
  /** The book's id. */
  book_id: number;
  /** Number of copies. */
  quantity?: number;
}

/** Copies of one book sold at one price. */
export interface Sale {
  /** Its id, unique among those of its kind. */
  id: number;
  /** Id of the book. */
  book_id: number;
  /** Number of copies. */
  quantity: number;
  /** Price of one copy at that time, in major units, exact to the cent. */
  unit_price: number;
  /** Price of all copies together, in major units, exact to the cent. */
  total: number;
  /** When it was sold, in UTC. */
  sold_at: string;
  /** Copies of this sale refunded so far. */
  refunded_quantity: number;
  /** The order that the sale belongs to, if it does. */
  order_id: number | null;
}

/** One page of sales, by id. */
export interface SalePage {
  /** The items of the page, in the order asked for. */
  items: Array<Sale>;
  /** Give it as `cursor` for the next page; null on the last page. */
  next_cursor: string | null;
  /** IANA time zone by whose days and clock `from` and `to` were read. */
  time_zone: string;
}

/** A day with hours of its own, which go before those of the week; none if it is closed. */
export interface SpecialDay {
  /** The day, as YYYY-MM-DD. */
  date: string;
  /** Whether it stays closed on that day. */
  closed: boolean;
  /** The stretches of opening, in order. */
  hours: Array<SpecialHours>;
}

/** One stretch of opening on a special day: `close` not after `open` is on the next day. */
export interface SpecialHours {
  /** HH:MM. */
  open: string;
  /** HH:MM; not after `open` means the next day. */
  close: string;
}

/** A store: what it has in cash, when it is open and how many listings it has. */
export interface Store {
  /** Its id, unique among those of its kind. */
  id: number;
  /** Name of the store. */
  name: string;
  /** Left out for a public key, in major units, exact to the cent. */
  cash?: number | null;
  /** Every span of a week; each day's as they open. */
  hours: Array<HoursSpan>;
  /** Hours open in a week without special days, in hours. */
  hours_per_week: number;
  /** IANA name; the hours are local time there. */
  time_zone: string;
  /** Number of listings in the store. */
  listings_count: number;
  /** The hours as one line. */
  hours_text: string;
  /** What of the text of the hours was left out. */
  notes: Array<string>;
  /** Days that go before the week's hours. */
  special_days: Array<SpecialDay>;
  /** Whether it is open at `open_at`, else now. */
  is_open: boolean;
  /** When it closes, with the store's offset; null while it is closed. */
  closes_at: string | null;
  /** When it opens next, with the store's offset, also while it is open. */
  opens_at: string | null;
}

/** One page of stores. */
export interface StorePage {
  /** The items of the page, in the order asked for. */
  items: Array<Store>;
  /** Give it as `cursor` for the next page; null on the last page. */
  next_cursor: string | null;
}

/** A user with what they bought in a period. */
export interface TopUser {
  /** Its id, unique among those of its kind. */
  id: number;
  /** Name of the user. */
  name: string;
  /** What the user's purchases came to, in major units, exact to the cent. */
  amount: number;
  /** Number of purchases. */
  purchases: number;
}

/** Users ranked by what they spent, the most first; without those who bought nothing. */
export interface TopUsers {
  /** The items of the page, in the order asked for. */
  items: Array<TopUser>;
  /** IANA time zone by whose days and clock `from` and `to` were read. */
  time_zone: string;
}

/** Money and copies of a period: sales by the day they were made, refunds by theirs. */
export interface TotalSales {
  /** Start (included), null if open. */
  from: string | null;
  /** End (excluded), null if open. */
  to: string | null;
  /** IANA time zone by whose days and clock `from` and `to` were read. */
  time_zone: string;
  /** What the copies sold in the period came to, in major units, exact to the cent. */
  gross: number;
  /** What was paid back in the period, whenever it was sold, in major units, exact to the cent. */
  refunded: number;
  /** What is left after refunds, in major units, exact to the cent. */
  net: number;
  /** Number of copies that were sold in the period. */
  copies_sold: number;
  /** Number of copies that came back in the period. */
  copies_refunded: number;
  /** Number of sales that were made in the period. */
  sales_count: number;
}

/** A person who buys. */
export interface User {
  /** Its id, unique among those of its kind. */
  id: number;
  /** Name of the user. */
  name: string;
  /** Cash on hand, in major units, exact to the cent. */
  cash: number;
}

/** How many users spent more or less than an amount in a period. */
export interface UserCount {
  /** Number of users. */
  count: number;
  /** IANA time zone by whose days and clock `from` and `to` were read. */
  time_zone: string;
}

/** One page of users, by id. */
export interface UserPage {
  /** The items of the page, in the order asked for. */
  items: Array<User>;
  /** Give it as `cursor` for the next page; null on the last page. */
  next_cursor: string | null;
}

/** Where the copies of a book are after one of them has been withdrawn. */
export interface Withdrawn {
  /** Id of the book. */
  book_id: number;
  /** Number of copies for loan, those on loan or held included. */
  total_copies: number;
  /** Number of copies that anybody may borrow now. */
  available_copies: number;
  /** Number of copies on loan. */
  on_loan: number;
  /** Copies held for a member. */
  held: number;
  /** Members who wait; those with a held copy are not among them. */
  queue_length: number;
  /** Why the copy is not for loan any more: for the log. */
  reason: "lost" | "damaged" | "withdrawn";
  /** The loan that ended as lost, if a member had the copy. */
  loan: Loan | null;
  /** What this end of the loan costs the member, in major units, exact to the cent. */
  fine: number;
}

// Errors

/** An error answer; its class says what kind, `data` has what you need to act. */
export class OctavoError extends Error {
  readonly code: number;
  declare readonly data: { type: string; retryable: boolean };

  constructor(code: number, message: string, data: { type: string; retryable: boolean }) {
    super(message);
    this.name = new.target.name;
    this.code = code;
    Object.defineProperty(this, "data", { value: data, enumerable: true });
  }

  /** The stable name of the kind of error. */
  get type(): string {
    return this.data.type;
  }

  /** Whether the same request may succeed later. */
  get retryable(): boolean {
    return this.data.retryable;
  }
}

/** The service did not answer, or not with JSON-RPC: nobody knows what became of the call. */
export class NoAnswer extends OctavoError {
  constructor(message: string) {
    super(0, message, { type: "no_answer", retryable: true });
  }
}

export interface InvalidParamsData {
  type: "invalid_params";
  retryable: false;
  detail: string;
  errors: Array<{
    /** Name of the parameter at fault. */
    parameter: string;
    /** Where the fault is: the parameter, then fields and positions within it. */
    path: Array<string>;
    /** What is wrong with it, as the rest of a sentence that its name begins. */
    problem: string;
  }>;
}

/** A parameter is missing, unknown or breaks a rule; `errors` names each one. */
export class InvalidParams extends OctavoError {
  declare readonly data: InvalidParamsData;
}

export interface RateLimitedData {
  type: "rate_limited";
  retryable: boolean;
  calls: number;
  calls_per_second_max: number;
  retry_after_s?: number;
}

/** The key makes too many calls a second; nothing was changed. */
export class RateLimited extends OctavoError {
  declare readonly data: RateLimitedData;
}

export interface BusyData {
  type: "busy";
  retryable: true;
}

/** Too much happens at once; nothing was changed, and a retry is safe. */
export class Busy extends OctavoError {
  declare readonly data: BusyData;
}

export interface StorageUnavailableData {
  type: "storage_unavailable";
  retryable: true;
}

/** The database cannot be reached. */
export class StorageUnavailable extends OctavoError {
  declare readonly data: StorageUnavailableData;
}

export interface ForbiddenData {
  type: "forbidden";
  retryable: false;
  method: string;
  role: string;
  needed_role: string;
}

/** The API key's role is below the one that the method needs. */
export class Forbidden extends OctavoError {
  declare readonly data: ForbiddenData;
}

export interface TimedOutData {
  type: "timed_out";
  retryable: true;
  deadline_s: number;
}

/** The call's deadline passed before the answer was there. */
export class TimedOut extends OctavoError {
  declare readonly data: TimedOutData;
}

export interface UnauthenticatedData {
  type: "unauthenticated";
  retryable: false;
}

/** The X-API-Key header is missing, unknown or revoked. */
export class Unauthenticated extends OctavoError {
  declare readonly data: UnauthenticatedData;
}

export interface NotFoundData {
  type: "not_found";
  retryable: false;
  kind: string;
  id?: number;
}

/** Nothing exists under the given id. */
export class NotFound extends OctavoError {
  declare readonly data: NotFoundData;
}

export interface ConflictData {
  type: "conflict";
  retryable: false;
  expected_quantity?: number;
  actual_quantity?: number;
  isbn?: string;
  book_id?: number;
  store_id?: number;
  stock?: number;
  maximum?: number;
  member_id?: number;
  open_loans?: number;
  fines?: number;
  amount?: number;
  balance?: number;
}

/** The present state contradicts the request; `data` holds the real value. */
export class Conflict extends OctavoError {
  declare readonly data: ConflictData;
}

export interface IdempotencyKeyReusedData {
  type: "idempotency_key_reused";
  retryable: false;
  first_method: string;
}

/** The idempotency key was used before with another method or other parameters. */
export class IdempotencyKeyReused extends OctavoError {
  declare readonly data: IdempotencyKeyReusedData;
}

export interface RequestInProgressData {
  type: "request_in_progress";
  retryable: true;
  method: string;
}

/** The first request with this idempotency key is still running; ask again shortly. */
export class RequestInProgress extends OctavoError {
  declare readonly data: RequestInProgressData;
}

export interface OutOfStockData {
  type: "out_of_stock";
  retryable: false;
  book_id: number;
  requested: number;
  available: number;
}

/** Fewer copies are on hand than were asked for; nothing was sold. */
export class OutOfStock extends OctavoError {
  declare readonly data: OutOfStockData;
}

export interface RefundExceedsSaleData {
  type: "refund_exceeds_sale";
  retryable: false;
  sale_id: number;
  requested: number;
  refundable: number;
}

/** More copies were to be refunded than are left of the sale; nothing was refunded. */
export class RefundExceedsSale extends OctavoError {
  declare readonly data: RefundExceedsSaleData;
}

export interface BookPriceChangedData {
  type: "book_price_changed";
  retryable: false;
  book_id: number;
  expected: number;
  actual: number;
}

/** The price rose above the one that was expected; nothing was sold. */
export class BookPriceChanged extends OctavoError {
  declare readonly data: BookPriceChangedData;
}

export interface BookArchivedData {
  type: "book_archived";
  retryable: false;
  book_id: number;
}

/** The book was taken out of the catalogue: it is not sold, ordered or lent anew. */
export class BookArchived extends OctavoError {
  declare readonly data: BookArchivedData;
}

export interface InsufficientStockData {
  type: "insufficient_stock";
  retryable: false;
  lines: Array<{
    /** Id of the book. */
    book_id: number;
    /** Number of copies asked for. */
    requested: number;
    /** Number of copies that are free. */
    available: number;
  }>;
}

/** Fewer copies are on hand than were ordered; `lines` names every book that is short. */
export class InsufficientStock extends OctavoError {
  declare readonly data: InsufficientStockData;
}

export interface PaymentDeclinedData {
  type: "payment_declined";
  retryable: false;
  decline_code: string;
  order_id: number;
}

/** The payment was declined; nothing was charged and the copies are free again. */
export class PaymentDeclined extends OctavoError {
  declare readonly data: PaymentDeclinedData;
}

export interface PaymentFailedData {
  type: "payment_failed";
  retryable: true;
  order_id: number;
}

/** The payment gateway failed; nothing was charged and the copies are free again. */
export class PaymentFailed extends OctavoError {
  declare readonly data: PaymentFailedData;
}

export interface PaymentTimedOutData {
  type: "payment_timed_out";
  retryable: true;
  order_id: number;
}

/** The payment gateway took too long; nothing was charged and the copies are free again. */
export class PaymentTimedOut extends OctavoError {
  declare readonly data: PaymentTimedOutData;
}

export interface PaymentUndecidedData {
  type: "payment_undecided";
  retryable: false;
  order_id: number;
}

/** What became of the payment is not known yet; the order stays pending until it is. */
export class PaymentUndecided extends OctavoError {
  declare readonly data: PaymentUndecidedData;
}

export interface OrderPendingData {
  type: "order_pending";
  retryable: true;
  order_id: number;
}

/** The order's payment is being taken; it is decided within seconds, so try again then. */
export class OrderPending extends OctavoError {
  declare readonly data: OrderPendingData;
}

export interface OrderNotPaidData {
  type: "order_not_paid";
  retryable: false;
  order_id: number;
  status: string;
}

/** The order was never paid, or all of it was refunded since. */
export class OrderNotPaid extends OctavoError {
  declare readonly data: OrderNotPaidData;
}

export interface OrderCancelledData {
  type: "order_cancelled";
  retryable: false;
  order_id: number;
}

/** The order was cancelled. */
export class OrderCancelled extends OctavoError {
  declare readonly data: OrderCancelledData;
}

export interface DeliveryExistsData {
  type: "delivery_exists";
  retryable: false;
  order_id: number;
  delivery_id: number;
  status: string;
}

/** The order has a delivery under way, or one that has arrived; nothing was scheduled. */
export class DeliveryExists extends OctavoError {
  declare readonly data: DeliveryExistsData;
}

export interface InvalidTransitionData {
  type: "invalid_transition";
  retryable: false;
  delivery_id: number;
  status: string;
  requested: string;
  allowed: Array<string>;
}

/** The delivery cannot go from its status to the one asked for; `allowed` are those it can. */
export class InvalidTransition extends OctavoError {
  declare readonly data: InvalidTransitionData;
}

export interface TotalChangedData {
  type: "total_changed";
  retryable: false;
  expected: number;
  actual: number;
}

/** The total rose above the one that was expected; nothing was ordered and nothing charged. */
export class TotalChanged extends OctavoError {
  declare readonly data: TotalChangedData;
}

export interface OrderShippedData {
  type: "order_shipped";
  retryable: false;
  order_id: number;
  delivery_id: number;
  status: string;
}

/** A delivery is out or has arrived, so the order can't be cancelled; see orders.return. */
export class OrderShipped extends OctavoError {
  declare readonly data: OrderShippedData;
}

export interface OrderNotShippedData {
  type: "order_not_shipped";
  retryable: false;
  order_id: number;
}

/** No delivery is out or has arrived, so nothing can come back; see orders.cancel. */
export class OrderNotShipped extends OctavoError {
  declare readonly data: OrderNotShippedData;
}

export interface NoCopiesData {
  type: "no_copies";
  retryable: false;
  book_id: number;
}

/** The book is in the catalogue, but has no copies for loan. */
export class NoCopies extends OctavoError {
  declare readonly data: NoCopiesData;
}

export interface AlreadyOnLoanData {
  type: "already_on_loan";
  retryable: false;
  member_id: number;
  book_id: number;
  loan_id: number;
  due_at: string;
}

/** The member has a copy of this book on loan; one at a time. */
export class AlreadyOnLoan extends OctavoError {
  declare readonly data: AlreadyOnLoanData;
}

export interface CopiesAvailableData {
  type: "copies_available";
  retryable: false;
  book_id: number;
  available: number;
}

/** Copies are free, so there is nothing to wait for: check one out. */
export class CopiesAvailable extends OctavoError {
  declare readonly data: CopiesAvailableData;
}

export interface AlreadyReservedData {
  type: "already_reserved";
  retryable: false;
  member_id: number;
  book_id: number;
  position: number | null;
  estimated_ready_at: string | null;
  estimate_reason: unknown;
}

/** The member waits for this book already, or a copy is held for the member. */
export class AlreadyReserved extends OctavoError {
  declare readonly data: AlreadyReservedData;
}

export interface NotReadyData {
  type: "not_ready";
  retryable: false;
  member_id: number;
  book_id: number;
  position: number | null;
  estimated_ready_at: string | null;
  estimate_reason: unknown;
}

/** No copy is held for the member; `position` is null for a member who does not wait. */
export class NotReady extends OctavoError {
  declare readonly data: NotReadyData;
}

export interface NotOnLoanData {
  type: "not_on_loan";
  retryable: false;
  member_id: number;
  book_id: number;
}

/** The member does not have this book on loan. */
export class NotOnLoan extends OctavoError {
  declare readonly data: NotOnLoanData;
}

export interface NotReservedData {
  type: "not_reserved";
  retryable: false;
  member_id: number;
  book_id: number;
}

/** The member has no open reservation of this book. */
export class NotReserved extends OctavoError {
  declare readonly data: NotReservedData;
}

export interface CopiesInUseData {
  type: "copies_in_use";
  retryable: false;
  book_id: number;
  copies: number;
  on_loan: number;
  held: number;
  copies_min: number;
}

/** More copies are out or held than the book was to have. */
export class CopiesInUse extends OctavoError {
  declare readonly data: CopiesInUseData;
}

export interface LoanLimitReachedData {
  type: "loan_limit_reached";
  retryable: false;
  member_id: number;
  open_loans: number;
  loans_max: number;
}

/** The member has as many books on loan as one may have. */
export class LoanLimitReached extends OctavoError {
  declare readonly data: LoanLimitReachedData;
}

export interface RenewalLimitReachedData {
  type: "renewal_limit_reached";
  retryable: false;
  loan_id: number;
  renewals: number;
  renewals_max: number;
  due_at: string;
}

/** The loan has been renewed as often as it may be. */
export class RenewalLimitReached extends OctavoError {
  declare readonly data: RenewalLimitReachedData;
}

export interface OthersWaitingData {
  type: "others_waiting";
  retryable: false;
  book_id: number;
  queue_length: number;
  due_at: string;
}

/** Other members wait for this book, so a loan of it is not renewed. */
export class OthersWaiting extends OctavoError {
  declare readonly data: OthersWaitingData;
}

export interface NobodyBehindData {
  type: "nobody_behind";
  retryable: false;
  member_id: number;
  book_id: number;
}

/** Nobody is behind the member in the queue, so there is nobody to let go first. */
export class NobodyBehind extends OctavoError {
  declare readonly data: NobodyBehindData;
}

export interface MemberBlockedData {
  type: "member_blocked";
  retryable: false;
  member_id: number;
  overdue: number;
  fines: number;
}

/** The member has overdue loans or fines, and gets no new loan until they are settled. */
export class MemberBlocked extends OctavoError {
  declare readonly data: MemberBlockedData;
}

export interface MemberArchivedData {
  type: "member_archived";
  retryable: false;
  member_id: number;
}

/** The member has left the library; members.unarchive takes one back. */
export class MemberArchived extends OctavoError {
  declare readonly data: MemberArchivedData;
}

export interface InsufficientFundsData {
  type: "insufficient_funds";
  retryable: false;
  user_id?: number;
  store_id?: number;
  price?: number;
  amount?: number;
  balance: number;
}

/** The user, or the store that pays back, has less cash than is to be paid; nothing was. */
export class InsufficientFunds extends OctavoError {
  declare readonly data: InsufficientFundsData;
}

export interface PriceChangedData {
  type: "price_changed";
  retryable: false;
  listing_id: number;
  expected_price: number;
  price: number;
}

/** The price rose above the one that the buyer expected; nothing was bought. */
export class PriceChanged extends OctavoError {
  declare readonly data: PriceChangedData;
}

export interface AlreadyRefundedData {
  type: "already_refunded";
  retryable: false;
  purchase_id: number;
  refunded_at: string;
}

/** The purchase was refunded before; nothing was paid back now. */
export class AlreadyRefunded extends OctavoError {
  declare readonly data: AlreadyRefundedData;
}

export interface ParseErrorData {
  type: "parse_error";
  retryable: boolean;
  detail?: string;
}

/** The body is not JSON: bad syntax, NaN, or an object with a name twice. */
export class ParseError extends OctavoError {
  declare readonly data: ParseErrorData;
}

export interface InvalidRequestData {
  type: "invalid_request";
  retryable: boolean;
  detail?: string;
}

/** An element is not a request object; the others of its batch go on. */
export class InvalidRequest extends OctavoError {
  declare readonly data: InvalidRequestData;
}

export interface MethodNotFoundData {
  type: "method_not_found";
  retryable: boolean;
  detail?: string;
  method: string;
}

/** No method has that name. */
export class MethodNotFound extends OctavoError {
  declare readonly data: MethodNotFoundData;
}

export interface InternalErrorData {
  type: "internal_error";
  retryable: boolean;
  detail?: string;
  correlation_id: string;
}

/** A fault of ours; `correlation_id` finds it in the log. */
export class InternalError extends OctavoError {
  declare readonly data: InternalErrorData;
}

export interface ResponseTooLargeData {
  type: "response_too_large";
  retryable: boolean;
  detail?: string;
  executed: boolean;
  response_bytes_max: number;
}

/** The response is full; `executed` says whether the call ran. */
export class ResponseTooLarge extends OctavoError {
  declare readonly data: ResponseTooLargeData;
}

export interface RequestTooLargeData {
  type: "request_too_large";
  retryable: boolean;
  detail?: string;
  body_bytes_max: number;
}

/** The body is over the limit. */
export class RequestTooLarge extends OctavoError {
  declare readonly data: RequestTooLargeData;
}

export interface BatchTooLargeData {
  type: "batch_too_large";
  retryable: boolean;
  detail?: string;
  calls: number;
  calls_max: number;
}

/** The batch holds too many calls. */
export class BatchTooLarge extends OctavoError {
  declare readonly data: BatchTooLargeData;
}

const KINDS: Record<string, typeof OctavoError> = {
  invalid_params: InvalidParams,
  rate_limited: RateLimited,
  busy: Busy,
  storage_unavailable: StorageUnavailable,
  forbidden: Forbidden,
  timed_out: TimedOut,
  unauthenticated: Unauthenticated,
  not_found: NotFound,
  conflict: Conflict,
  idempotency_key_reused: IdempotencyKeyReused,
  request_in_progress: RequestInProgress,
  out_of_stock: OutOfStock,
  refund_exceeds_sale: RefundExceedsSale,
  book_price_changed: BookPriceChanged,
  book_archived: BookArchived,
  insufficient_stock: InsufficientStock,
  payment_declined: PaymentDeclined,
  payment_failed: PaymentFailed,
  payment_timed_out: PaymentTimedOut,
  payment_undecided: PaymentUndecided,
  order_pending: OrderPending,
  order_not_paid: OrderNotPaid,
  order_cancelled: OrderCancelled,
  delivery_exists: DeliveryExists,
  invalid_transition: InvalidTransition,
  total_changed: TotalChanged,
  order_shipped: OrderShipped,
  order_not_shipped: OrderNotShipped,
  no_copies: NoCopies,
  already_on_loan: AlreadyOnLoan,
  copies_available: CopiesAvailable,
  already_reserved: AlreadyReserved,
  not_ready: NotReady,
  not_on_loan: NotOnLoan,
  not_reserved: NotReserved,
  copies_in_use: CopiesInUse,
  loan_limit_reached: LoanLimitReached,
  renewal_limit_reached: RenewalLimitReached,
  others_waiting: OthersWaiting,
  nobody_behind: NobodyBehind,
  member_blocked: MemberBlocked,
  member_archived: MemberArchived,
  insufficient_funds: InsufficientFunds,
  price_changed: PriceChanged,
  already_refunded: AlreadyRefunded,
  parse_error: ParseError,
  invalid_request: InvalidRequest,
  method_not_found: MethodNotFound,
  internal_error: InternalError,
  response_too_large: ResponseTooLarge,
  request_too_large: RequestTooLarge,
  batch_too_large: BatchTooLarge,
};

function errorOf(error: { code: number; message: string; data?: unknown }): OctavoError {
  const data = { type: "", retryable: false, ...(error.data as object | undefined) };
  const Kind = KINDS[data.type] ?? OctavoError;
  return new Kind(error.code, error.message, data);
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

/** books.* */
export class BooksMethods<M extends Mode> {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /**
   * Add a book to the catalogue with its first copies.
   *
   * An ISBN that another book has is a conflict.
   */
  create(params: {
    /** Title. */
    title: string;
    /** Names of the authors, in the order of the title page. */
    authors: Array<string>;
    /** Number of pages. */
    pages: number;
    /** Price of one copy; in major units, at most two decimals. */
    price: number;
    /** ISBN-10 or ISBN-13, hyphens allowed; stored as ISBN-13. */
    isbn?: string | null | undefined;
    /** Copies on hand. */
    quantity?: number | null | undefined;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Book> {
    return this.#send("books.create", params, true) as Answer<M, Book>;
  }

  /** Get one book, by its id or by its ISBN. */
  get(params: {
    /** The book's id. */
    id?: number | null | undefined;
    /** ISBN-10 or ISBN-13, hyphens allowed; stored as ISBN-13. */
    isbn?: string | null | undefined;
  } = {}): Answer<M, Book> {
    return this.#send("books.get", params, false) as Answer<M, Book>;
  }

  /**
   * List the books that match all filters, a page at a time.
   *
   * `author` and `title` find whole words; case and accents do not matter. All words of
   * `author` must be in one author's name. Titles sort by their words.
   */
  list(params: {
    /** Whole words to find; case and accents do not matter. */
    author?: string | null | undefined;
    /** Whole words to find; case and accents do not matter. */
    title?: string | null | undefined;
    /** Lowest price, included; in major units, at most two decimals. */
    min_price?: number | null | undefined;
    /** Highest price, included; in major units, at most two decimals. */
    max_price?: number | null | undefined;
    /** Only books with copies, or without. */
    in_stock?: boolean | null | undefined;
    /** Archived books alone. */
    archived?: boolean | null | undefined;
    /** What to sort by. */
    sort?: "id" | "title" | "price" | null | undefined;
    /** Direction of the sort. */
    order?: "asc" | "desc" | null | undefined;
    limit?: number | null | undefined;
    cursor?: string | null | undefined;
  } = {}): Answer<M, BookPage> {
    return this.#send("books.list", params, false) as Answer<M, BookPage>;
  }

  /**
   * Change the given fields of a book; past sales do not change.
   *
   * An `isbn` of null takes it away.
   */
  update(params: {
    /** The book's id. */
    id: number;
    /** Title. */
    title?: string | null | undefined;
    /** Names of the authors, in the order of the title page. */
    authors?: Array<string> | null | undefined;
    /** Number of pages. */
    pages?: number | null | undefined;
    /** Price of one copy; in major units, at most two decimals. */
    price?: number | null | undefined;
    /** ISBN-10 or ISBN-13, hyphens allowed; stored as ISBN-13. */
    isbn?: string | null;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Book> {
    return this.#send("books.update", params, true) as Answer<M, Book>;
  }

  /** Add copies of a book to its stock. */
  restock(params: {
    /** The book's id. */
    id: number;
    /** Number of copies. */
    quantity: number;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Book> {
    return this.#send("books.restock", params, true) as Answer<M, Book>;
  }

  /**
   * Set a book's stock after a count, if the stock is the number that you expect.
   *
   * If it is not, the conflict gives the real number in `actual_quantity`.
   */
  set_stock(params: {
    /** The book's id. */
    id: number;
    /** Copies on hand. */
    quantity: number;
    /** Copies on hand. */
    expected_quantity: number;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Book> {
    return this.#send("books.set_stock", params, true) as Answer<M, Book>;
  }

  /**
   * Take a book out of the catalogue.
   *
   * It is not sold, ordered or lent anew, nor listed or found; its history stays, and copies on loan
   * come back as ever. Archiving again changes nothing.
   */
  archive(params: {
    /** The book's id. */
    id: number;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Book> {
    return this.#send("books.archive", params, true) as Answer<M, Book>;
  }

  /** Put an archived book back into the catalogue. Doing it again changes nothing. */
  unarchive(params: {
    /** The book's id. */
    id: number;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Book> {
    return this.#send("books.unarchive", params, true) as Answer<M, Book>;
  }
}

/** authors.* */
export class AuthorsMethods<M extends Mode> {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /**
   * List authors by name, each with the number of books; archived books do not count.
   *
   * `query` finds names with all of its words, whole or begun; case and accents do not matter.
   */
  list(params: {
    /** Words of the name, or their beginnings. */
    query?: string | null | undefined;
    limit?: number | null | undefined;
    cursor?: string | null | undefined;
  } = {}): Answer<M, AuthorPage> {
    return this.#send("authors.list", params, false) as Answer<M, AuthorPage>;
  }
}

/** sales.* */
export class SalesMethods<M extends Mode> {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /**
   * Sell copies of a book at its present price; all of them or none.
   *
   * With `expected_price`, a price that rose above it is refused; one that fell is taken.
   */
  create(params: {
    /** The book's id. */
    book_id: number;
    /** Number of copies. */
    quantity?: number | null | undefined;
    /** The most that a copy was to cost; in major units, at most two decimals. */
    expected_price?: number | null | undefined;
    idempotency_key?: string | null | undefined;
  }): Answer<M, NewSale> {
    return this.#send("sales.create", params, true) as Answer<M, NewSale>;
  }

  /**
   * Take copies of a sale back at the price they were sold for, never more than were sold.
   *
   * If the sale belongs to an order, the payment gateway pays the money back.
   */
  refund(params: {
    /** The sale's id. */
    sale_id: number;
    /** Copies; all that are left if left out. */
    quantity?: number | null | undefined;
    /** Whether the copies go back into stock. */
    restock?: boolean | null | undefined;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Refund> {
    return this.#send("sales.refund", params, true) as Answer<M, Refund>;
  }

  /** Get one sale. */
  get(params: {
    /** The sale's id. */
    id: number;
  }): Answer<M, Sale> {
    return this.#send("sales.get", params, false) as Answer<M, Sale>;
  }

  /** List sales by id, a page at a time. */
  list(params: {
    /** The book's id. */
    book_id?: number | null | undefined;
    /** Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`. */
    from?: string | null | undefined;
    /** End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`. */
    to?: string | null | undefined;
    limit?: number | null | undefined;
    cursor?: string | null | undefined;
    /** IANA time zone whose days and clock `from` and `to` mean. */
    time_zone?: string | null | undefined;
  } = {}): Answer<M, SalePage> {
    return this.#send("sales.list", params, false) as Answer<M, SalePage>;
  }

  /**
   * Add up the sales made and the refunds given in a period.
   *
   * A refund counts in the period in which it is given, whenever its sale was made. Without sales
   * and refunds, all are zeros.
   */
  totals(params: {
    /** Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`. */
    from?: string | null | undefined;
    /** End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`. */
    to?: string | null | undefined;
    /** IANA time zone whose days and clock `from` and `to` mean. */
    time_zone?: string | null | undefined;
  } = {}): Answer<M, TotalSales> {
    return this.#send("sales.totals", params, false) as Answer<M, TotalSales>;
  }

  /**
   * Average the pages of the copies sold in a period, without those refunded since.
   *
   * Weighted by copies; null when there are none.
   */
  average_pages(params: {
    /** Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`. */
    from?: string | null | undefined;
    /** End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`. */
    to?: string | null | undefined;
    /** IANA time zone whose days and clock `from` and `to` mean. */
    time_zone?: string | null | undefined;
  } = {}): Answer<M, AveragePages> {
    return this.#send("sales.average_pages", params, false) as Answer<M, AveragePages>;
  }
}

/** orders.* */
export class OrdersMethods<M extends Mode> {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /** Tell what an order would come to now, and whether all of it is on hand; reserve nothing. */
  quote(params: {
    /** Books and how many copies of each. */
    items: Array<OrderItem>;
  }): Answer<M, Quote> {
    return this.#send("orders.quote", params, false) as Answer<M, Quote>;
  }

  /**
   * Order copies of several books and pay for them; all of them or none.
   *
   * Copies of a book that is named twice are added up. First the copies are reserved, then the
   * payment is taken, then the order is paid and its lines are sales. When the payment is declined
   * (final) or fails (may be tried again), the copies are free again. A free order asks no gateway.
   * With `expected_total`, a total that rose above it is refused before any payment. Without an
   * idempotency key a repetition orders again.
   */
  place(params: {
    /** Books and how many copies of each. */
    items: Array<OrderItem>;
    /** Who buys. */
    customer: Customer;
    /** Which card is charged. */
    payment: PaymentMethod;
    /** The most that the order was to come to; in major units, at most two decimals. */
    expected_total?: number | null | undefined;
    /** Where to deliver to, as the country's rules want it. */
    address?: Address | null | undefined;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Order> {
    return this.#send("orders.place", params, true) as Answer<M, Order>;
  }

  /** Get one order, with all its deliveries. */
  get(params: {
    /** The order's id. */
    id: number;
  }): Answer<M, Order> {
    return this.#send("orders.get", params, false) as Answer<M, Order>;
  }

  /**
   * List orders in the order in which they were placed, a page at a time.
   *
   * `from` and `to` are about when they were placed. The case of `email` does not matter.
   */
  list(params: {
    /** Only orders with this status. */
    status?: "pending" | "paid" | "partially_refunded" | "refunded" | "declined" | "failed" | "cancelled" | null | undefined;
    /** E-mail address. */
    email?: string | null | undefined;
    /** Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`. */
    from?: string | null | undefined;
    /** End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`. */
    to?: string | null | undefined;
    /** IANA time zone whose days and clock `from` and `to` mean. */
    time_zone?: string | null | undefined;
    limit?: number | null | undefined;
    cursor?: string | null | undefined;
  } = {}): Answer<M, OrderPage> {
    return this.#send("orders.list", params, false) as Answer<M, OrderPage>;
  }

  /**
   * Cancel a paid order: refund and restock exactly what was not refunded before.
   *
   * A delivery that has not left is cancelled with it; once one is out or has arrived, orders.return
   * takes the copies back. Cancelling again changes nothing. The gateway pays the money back right
   * after; until then `payment.refund_pending` shows it.
   */
  cancel(params: {
    /** The order's id. */
    order_id: number;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Order> {
    return this.#send("orders.cancel", params, true) as Answer<M, Order>;
  }

  /**
   * Take copies of an order back that are out or were delivered, each once.
   *
   * They are refunded at the price they were sold for; the gateway pays the money back right after.
   */
  return(params: {
    /** The order's id. */
    order_id: number;
    /** Books and how many copies of each; all that are left if left out. */
    items?: Array<ReturnedItem> | null | undefined;
    /** Whether the copies go back into stock. */
    restock?: boolean | null | undefined;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Order> {
    return this.#send("orders.return", params, true) as Answer<M, Order>;
  }
}

/** deliveries.* */
export class DeliveriesMethods<M extends Mode> {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /**
   * Plan the delivery of a paid order that is not refunded in full.
   *
   * It goes to the order's own address unless another is given, which has to be as its country
   * wants it. An order has one delivery under way, and none after one that has arrived. A date is
   * past when it is so in every time zone.
   */
  schedule(params: {
    /** The order's id. */
    order_id: number;
    /** Where to deliver to, as the country's rules want it. */
    address?: Address | null | undefined;
    /** The day to deliver on, if agreed. */
    date?: string | null | undefined;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Delivery> {
    return this.#send("deliveries.schedule", params, true) as Answer<M, Delivery>;
  }

  /** Get one delivery. */
  get(params: {
    /** The delivery's id. */
    id: number;
  }): Answer<M, Delivery> {
    return this.#send("deliveries.get", params, false) as Answer<M, Delivery>;
  }

  /** List deliveries by id, a page at a time. */
  list(params: {
    /** The order's id. */
    order_id?: number | null | undefined;
    /** Status of the delivery. */
    status?: "scheduled" | "out_for_delivery" | "delivered" | "failed" | "cancelled" | null | undefined;
    limit?: number | null | undefined;
    cursor?: string | null | undefined;
  } = {}): Answer<M, DeliveryPage> {
    return this.#send("deliveries.list", params, false) as Answer<M, DeliveryPage>;
  }

  /**
   * Move a delivery on.
   *
   * From scheduled to out_for_delivery to delivered; before that it may become failed or cancelled.
   * It does not go out once all of its order is refunded.
   */
  update_status(params: {
    /** The delivery's id. */
    id: number;
    /** Status of the delivery. */
    status: "scheduled" | "out_for_delivery" | "delivered" | "failed" | "cancelled";
    idempotency_key?: string | null | undefined;
  }): Answer<M, Delivery> {
    return this.#send("deliveries.update_status", params, true) as Answer<M, Delivery>;
  }
}

/** members.* */
export class MembersMethods<M extends Mode> {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /** Add a member to the library. */
  create(params: {
    /** The member's name. */
    name: string;
    /** E-mail address. */
    email?: string | null | undefined;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Member> {
    return this.#send("members.create", params, true) as Answer<M, Member>;
  }

  /** Get one member, with the number of books on loan. */
  get(params: {
    /** The member's id. */
    id: number;
  }): Answer<M, Member> {
    return this.#send("members.get", params, false) as Answer<M, Member>;
  }

  /**
   * List members by id, a page at a time, all of them or those that a query finds.
   *
   * A query is words of the name or beginnings of them, in any order, or the whole e-mail address;
   * case and accents do not matter.
   */
  list(params: {
    /** Words of the name, or their beginnings; or the e-mail address. */
    query?: string | null | undefined;
    /** Those who have left, instead of the others. */
    archived?: boolean | null | undefined;
    limit?: number | null | undefined;
    cursor?: string | null | undefined;
  } = {}): Answer<M, MemberPage> {
    return this.#send("members.list", params, false) as Answer<M, MemberPage>;
  }

  /**
   * Change a member's name or e-mail address; fields left out do not change.
   *
   * An `email` of null takes it away.
   */
  update(params: {
    /** The member's id. */
    id: number;
    /** The member's name. */
    name?: string | null | undefined;
    /** E-mail address. */
    email?: string | null;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Member> {
    return this.#send("members.update", params, true) as Answer<M, Member>;
  }

  /**
   * Let a member leave, who has no loans and owes nothing; reservations are cancelled.
   *
   * Copies held for the member pass to the next in the queue at once. What the member has borrowed
   * stays in the lists and in the log.
   */
  archive(params: {
    /** The member's id. */
    id: number;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Member> {
    return this.#send("members.archive", params, true) as Answer<M, Member>;
  }

  /** Take a member back who had left. */
  unarchive(params: {
    /** The member's id. */
    id: number;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Member> {
    return this.#send("members.unarchive", params, true) as Answer<M, Member>;
  }
}

/** library.* */
export class LibraryMethods<M extends Mode> {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /**
   * Set how many copies of a book are for loan, including those on loan or held.
   *
   * New copies go to the queue, in order. Copies for loan are separate from the stock for sale.
   */
  set_copies(params: {
    /** The book's id. */
    book_id: number;
    /** Copies for loan, those on loan included. */
    copies: number;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Availability> {
    return this.#send("library.set_copies", params, true) as Answer<M, Availability>;
  }

  /** Show where a book's copies are. A book that is not for loan has zeros. */
  availability(params: {
    /** The book's id. */
    book_id: number;
  }): Answer<M, Availability> {
    return this.#send("library.availability", params, false) as Answer<M, Availability>;
  }

  /**
   * Lend a copy, or put the member into the queue if no copy is free.
   *
   * `outcome` is `loaned` with the loan, or `reserved` with the place in the queue and the time a
   * copy is expected. A copy held for the member is lent and fulfils the reservation. Overdue loans,
   * fines and the loan limit are checked when a copy would be lent, not when the member is put into
   * the queue.
   */
  checkout(params: {
    /** The member's id. */
    member_id: number;
    /** The book's id. */
    book_id: number;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Lending> {
    return this.#send("library.checkout", params, true) as Answer<M, Lending>;
  }

  /**
   * Take a copy back.
   *
   * If somebody waits, it is held for the first in the queue at once; `handed_to` names that member.
   * A late return is fined if the operator has set a fine per day; `fine` tells how much.
   */
  return(params: {
    /** The member's id. */
    member_id: number;
    /** The book's id. */
    book_id: number;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Returned> {
    return this.#send("library.return", params, true) as Answer<M, Returned>;
  }

  /** Put a member into the queue for a book that has no free copy. */
  reserve(params: {
    /** The member's id. */
    member_id: number;
    /** The book's id. */
    book_id: number;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Lending> {
    return this.#send("library.reserve", params, true) as Answer<M, Lending>;
  }

  /**
   * Lend the copy that is held for the member.
   *
   * If no copy is held, the refusal gives the member's position in the queue and the time a copy
   * is expected.
   */
  fulfill(params: {
    /** The member's id. */
    member_id: number;
    /** The book's id. */
    book_id: number;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Lending> {
    return this.#send("library.fulfill", params, true) as Answer<M, Lending>;
  }

  /** Leave the queue. A copy held for the member passes to the first in the queue at once. */
  cancel_reservation(params: {
    /** The member's id. */
    member_id: number;
    /** The book's id. */
    book_id: number;
    idempotency_key?: string | null | undefined;
  }): Answer<M, PassedOn> {
    return this.#send("library.cancel_reservation", params, true) as Answer<M, PassedOn>;
  }

  /**
   * Let the next in the queue go first, and stay right behind.
   *
   * A copy held for the member passes to the first who waits, and the member becomes the first in
   * the queue. A member who waits changes places with the one behind.
   */
  step_aside(params: {
    /** The member's id. */
    member_id: number;
    /** The book's id. */
    book_id: number;
    idempotency_key?: string | null | undefined;
  }): Answer<M, PassedOn> {
    return this.#send("library.step_aside", params, true) as Answer<M, PassedOn>;
  }

  /**
   * Lengthen a loan by one period, while nobody waits for the book.
   *
   * The period counts from the due date, or from now if that is later.
   */
  renew(params: {
    /** The member's id. */
    member_id: number;
    /** The book's id. */
    book_id: number;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Renewed> {
    return this.#send("library.renew", params, true) as Answer<M, Renewed>;
  }

  /** Give a loan another due date, as an exception; it does not count as a renewal. */
  set_due_date(params: {
    /** The member's id. */
    member_id: number;
    /** The book's id. */
    book_id: number;
    /** Any instant, past ones too; a date means until the end of that day. */
    due_at: string;
    /** IANA time zone whose days and clock `from` and `to` mean. */
    time_zone?: string | null | undefined;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Renewed> {
    return this.#send("library.set_due_date", params, true) as Answer<M, Renewed>;
  }

  /**
   * Take one copy of a book out of lending: it is lost, damaged or not wanted any more.
   *
   * With `member_id` it is the copy that this member has: the loan ends as lost, and is fined like a
   * late return. Without, it is a free copy or, if there is none, a held one, whose member
   * then waits again at the place of before. Nobody loses a place in the queue.
   */
  withdraw_copy(params: {
    /** The book's id. */
    book_id: number;
    /** Why the copy is not for loan any more: for the log. */
    reason: "lost" | "damaged" | "withdrawn";
    /** The member's id. */
    member_id?: number | null | undefined;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Withdrawn> {
    return this.#send("library.withdraw_copy", params, true) as Answer<M, Withdrawn>;
  }

  /**
   * List those who wait for a book, in order, each with the time a copy is expected.
   *
   * Positions count from 1. Members with a held copy no longer wait: they are in `holds` of every
   * page. The n-th place gets the n-th of the copies that are still to come; if it would rest on an
   * overdue loan, `estimated_ready_at` is null and `estimate_reason` is `overdue`.
   */
  queue(params: {
    /** The book's id. */
    book_id: number;
    limit?: number | null | undefined;
    cursor?: string | null | undefined;
  }): Answer<M, QueuePage> {
    return this.#send("library.queue", params, false) as Answer<M, QueuePage>;
  }

  /**
   * List loans, a page at a time, by id.
   *
   * With `overdue` true they come by due date, the longest overdue first; with `open` true and
   * `overdue` false too, those due soonest first.
   */
  loans(params: {
    /** The member's id. */
    member_id?: number | null | undefined;
    /** The book's id. */
    book_id?: number | null | undefined;
    /** Only loans not returned, or those returned. */
    open?: boolean | null | undefined;
    /** Only loans past their due date, or the others. */
    overdue?: boolean | null | undefined;
    limit?: number | null | undefined;
    cursor?: string | null | undefined;
  } = {}): Answer<M, LoanPage> {
    return this.#send("library.loans", params, false) as Answer<M, LoanPage>;
  }

  /** List open reservations, a page at a time: by id, with `ready` those to be fetched soonest. */
  reservations(params: {
    /** The member's id. */
    member_id?: number | null | undefined;
    /** The book's id. */
    book_id?: number | null | undefined;
    /** `ready` is the holds shelf, `waiting` are those in a queue. */
    status?: "waiting" | "ready" | null | undefined;
    limit?: number | null | undefined;
    cursor?: string | null | undefined;
  } = {}): Answer<M, ReservationPage> {
    return this.#send("library.reservations", params, false) as Answer<M, ReservationPage>;
  }

  /** List the circulation log, which only grows: of one book by event number, else by time. */
  events(params: {
    /** The book's id. */
    book_id?: number | null | undefined;
    /** The member's id. */
    member_id?: number | null | undefined;
    /** Only events of that kind. */
    kind?: EventKind | null | undefined;
    limit?: number | null | undefined;
    cursor?: string | null | undefined;
  } = {}): Answer<M, EventPage> {
    return this.#send("library.events", params, false) as Answer<M, EventPage>;
  }

  /** Show what a member owes, and list the fines and payments that it is the sum of, by time. */
  fines(params: {
    /** The member's id. */
    member_id: number;
    limit?: number | null | undefined;
    cursor?: string | null | undefined;
  }): Answer<M, Fines> {
    return this.#send("library.fines", params, false) as Answer<M, Fines>;
  }

  /** Take what a member pays of the fines; the balance and all its rows are the answer. */
  pay_fine(params: {
    /** The member's id. */
    member_id: number;
    /** What the member pays, at most two decimals, more than 0; in major units, at most two decimals. */
    amount: number;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Fines> {
    return this.#send("library.pay_fine", params, true) as Answer<M, Fines>;
  }
}

/** stores.* */
export class StoresMethods<M extends Mode> {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /**
   * List the stores that match all filters, a page at a time.
   *
   * A store is open from the minute it opens until right before the one it closes. Hours past
   * midnight count for the day on which the span opens. All `more_than` and `less_than` are strict.
   * Names sort by their words; case, accents and punctuation do not matter. `is_open`, `closes_at`
   * and `opens_at` of each store are for `open_at`, else for now, by the store's own clock.
   */
  list(params: {
    /** Open then: a local datetime, or one with an offset, which is converted to the store's time zone. */
    open_at?: string | null | undefined;
    /** Open on that day at that local time. */
    open_on?: OpenOn | null | undefined;
    /** Hours open in a week. */
    hours_per_week?: HoursPerWeek | null | undefined;
    /** Hours open on a day. */
    hours_per_day?: HoursPerDay | null | undefined;
    /** Number of listings, in a price range or all. */
    books?: BooksCount | null | undefined;
    /** Whole words to find; case and accents do not matter. */
    name?: string | null | undefined;
    /** What to sort by; ties by id. */
    sort?: "id" | "name" | "hours_per_week" | "listings_count" | null | undefined;
    /** Direction of the sort. */
    order?: "asc" | "desc" | null | undefined;
    limit?: number | null | undefined;
    cursor?: string | null | undefined;
  } = {}): Answer<M, StorePage> {
    return this.#send("stores.list", params, false) as Answer<M, StorePage>;
  }

  /** Get one store; `is_open`, `closes_at` and `opens_at` are for `open_at`, else for now. */
  get(params: {
    /** The store's id. */
    id: number;
    /** Open then: a local datetime, or one with an offset, which is converted to the store's time zone. */
    open_at?: string | null | undefined;
  }): Answer<M, Store> {
    return this.#send("stores.get", params, false) as Answer<M, Store>;
  }

  /** Open a store. `notes` in the answer say what of the text of its hours was left out. */
  create(params: {
    /** The store's name. */
    name: string;
    /** Opening hours of a week: text such as `Mon, Fri 2:30 pm - 8 pm / Sat - Sun 11 am - 1 am` or `Mo-Fr 09:00-17:00; We off`, or a list of {day, open, close}. Without a day it is every day. After `;` a rule replaces the hours of its days, after `,`, `/` or a new line it adds; what is closed or off stays so. A close at or before its open is on the next day; `closed` alone is never. */
    hours: string | Array<{
      /** A day of the week; every day if left out. */
      day?: string;
      /** Time at which it opens: 13:15 or 1:15 pm. */
      open: string;
      /** Time at which it closes, as 20:00 or 8 pm. */
      close: string;
    }>;
    /** IANA time zone by whose clock the store opens. */
    time_zone?: string | null | undefined;
    /** Its first cash; in major units, at most two decimals. */
    cash?: number | null | undefined;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Store> {
    return this.#send("stores.create", params, true) as Answer<M, Store>;
  }

  /**
   * Change a store's name, opening hours or time zone; all hours are replaced.
   *
   * Listings and search show a new name at once. Past purchases have the old one.
   */
  update(params: {
    /** The store's id. */
    id: number;
    /** The store's name. */
    name?: string | null | undefined;
    /** Opening hours of a week: text such as `Mon, Fri 2:30 pm - 8 pm / Sat - Sun 11 am - 1 am` or `Mo-Fr 09:00-17:00; We off`, or a list of {day, open, close}. Without a day it is every day. After `;` a rule replaces the hours of its days, after `,`, `/` or a new line it adds; what is closed or off stays so. A close at or before its open is on the next day; `closed` alone is never. */
    hours?: string | Array<{
      /** A day of the week; every day if left out. */
      day?: string;
      /** Time at which it opens: 13:15 or 1:15 pm. */
      open: string;
      /** Time at which it closes, as 20:00 or 8 pm. */
      close: string;
    }> | null | undefined;
    /** IANA time zone by whose clock the store opens. */
    time_zone?: string | null | undefined;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Store> {
    return this.#send("stores.update", params, true) as Answer<M, Store>;
  }

  /**
   * Give a day hours of its own, in place of those of the week that open on it.
   *
   * The night before goes on into a special day as it would into any other. Give hours, or
   * `closed`; they replace what was set for that day.
   */
  set_special_day(params: {
    /** The store's id. */
    id: number;
    /** The day, by the store's calendar. */
    date: string;
    /** Hours of one day: text such as `20:00-23:00` (more parted by `,`), or a list of {open, close}. A close at or before its open is on the next day. */
    hours?: string | Array<{
      /** Time at which it opens: 13:15 or 1:15 pm. */
      open: string;
      /** Time at which it closes, as 20:00 or 8 pm. */
      close: string;
    }> | null | undefined;
    /** Not open on that day at all. */
    closed?: boolean | null | undefined;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Store> {
    return this.#send("stores.set_special_day", params, true) as Answer<M, Store>;
  }

  /** Let the hours of a day be those of the week again. */
  remove_special_day(params: {
    /** The store's id. */
    id: number;
    /** The day, by the store's calendar. */
    date: string;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Store> {
    return this.#send("stores.remove_special_day", params, true) as Answer<M, Store>;
  }

  /** Rank stores by what was bought there in a period; ties by name, then id. */
  popular(params: {
    /** Number of purchases, or what they came to. */
    by?: "count" | "value" | null | undefined;
    /** Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`. */
    from?: string | null | undefined;
    /** End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`. */
    to?: string | null | undefined;
    limit?: number | null | undefined;
    /** IANA time zone whose days and clock `from` and `to` mean. */
    time_zone?: string | null | undefined;
  } = {}): Answer<M, PopularStores> {
    return this.#send("stores.popular", params, false) as Answer<M, PopularStores>;
  }
}

/** listings.* */
export class ListingsMethods<M extends Mode> {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /**
   * List the listings that match all filters, a page at a time. Both prices are included.
   *
   * Names sort by their words; case, accents and punctuation do not matter.
   */
  list(params: {
    /** The store's id. */
    store_id?: number | null | undefined;
    /** Words that the name has, in any order. */
    name?: string | null | undefined;
    /** Lowest price, included; in major units, at most two decimals. */
    min_price?: number | null | undefined;
    /** Highest price, included; in major units, at most two decimals. */
    max_price?: number | null | undefined;
    /** What to sort by; ties by id. */
    sort?: "id" | "price" | "name" | null | undefined;
    /** Direction of the sort. */
    order?: "asc" | "desc" | null | undefined;
    limit?: number | null | undefined;
    cursor?: string | null | undefined;
  } = {}): Answer<M, ListingPage> {
    return this.#send("listings.list", params, false) as Answer<M, ListingPage>;
  }

  /** Get one listing. */
  get(params: {
    /** The listing's id. */
    id: number;
  }): Answer<M, Listing> {
    return this.#send("listings.get", params, false) as Answer<M, Listing>;
  }

  /** List a book in a store. */
  create(params: {
    /** The store's id. */
    store_id: number;
    /** The book's name. */
    name: string;
    /** Price of one copy; in major units, at most two decimals. */
    price: number;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Listing> {
    return this.#send("listings.create", params, true) as Answer<M, Listing>;
  }

  /** Take a listing off its store, and return it as it was. Past purchases do not change. */
  remove(params: {
    /** The listing's id. */
    id: number;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Listing> {
    return this.#send("listings.remove", params, true) as Answer<M, Listing>;
  }

  /** Change a listing's name or price. Past purchases do not change. */
  update(params: {
    /** The listing's id. */
    id: number;
    /** The book's name. */
    name?: string | null | undefined;
    /** Price of one copy; in major units, at most two decimals. */
    price?: number | null | undefined;
    idempotency_key?: string | null | undefined;
  }): Answer<M, Listing> {
    return this.#send("listings.update", params, true) as Answer<M, Listing>;
  }
}

/** users.* */
export class UsersMethods<M extends Mode> {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /** Add a user. */
  create(params: {
    /** The user's name. */
    name: string;
    /** The cash that the user begins with; in major units, at most two decimals. */
    cash?: number | null | undefined;
    idempotency_key?: string | null | undefined;
  }): Answer<M, User> {
    return this.#send("users.create", params, true) as Answer<M, User>;
  }

  /** Add cash that a user brings to their balance. */
  deposit(params: {
    /** The user's id. */
    id: number;
    /** An amount of more than 0; in major units, at most two decimals. */
    amount: number;
    idempotency_key?: string | null | undefined;
  }): Answer<M, User> {
    return this.#send("users.deposit", params, true) as Answer<M, User>;
  }

  /** Take cash that a user fetches off their balance. */
  withdraw(params: {
    /** The user's id. */
    id: number;
    /** An amount of more than 0; in major units, at most two decimals. */
    amount: number;
    idempotency_key?: string | null | undefined;
  }): Answer<M, User> {
    return this.#send("users.withdraw", params, true) as Answer<M, User>;
  }

  /** Get one user. */
  get(params: {
    /** The user's id. */
    id: number;
  }): Answer<M, User> {
    return this.#send("users.get", params, false) as Answer<M, User>;
  }

  /** List users by id, a page at a time: all, or those whose names have the words. */
  list(params: {
    /** Words of the name, or their beginnings. */
    query?: string | null | undefined;
    limit?: number | null | undefined;
    cursor?: string | null | undefined;
  } = {}): Answer<M, UserPage> {
    return this.#send("users.list", params, false) as Answer<M, UserPage>;
  }

  /** Rename a user. */
  update(params: {
    /** The user's id. */
    id: number;
    /** The user's name. */
    name: string;
    idempotency_key?: string | null | undefined;
  }): Answer<M, User> {
    return this.#send("users.update", params, true) as Answer<M, User>;
  }

  /** Rank users by what they spent in a period; ties by name, then id. */
  top(params: {
    /** Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`. */
    from?: string | null | undefined;
    /** End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`. */
    to?: string | null | undefined;
    limit?: number | null | undefined;
    /** IANA time zone whose days and clock `from` and `to` mean. */
    time_zone?: string | null | undefined;
  } = {}): Answer<M, TopUsers> {
    return this.#send("users.top", params, false) as Answer<M, TopUsers>;
  }

  /** Count the users who spent more or less than an amount in a period, both strict. */
  count(params: {
    /** Spent more than this in all; in major units, at most two decimals. */
    more_than?: number | null | undefined;
    /** Spent less than this in all; in major units, at most two decimals. */
    less_than?: number | null | undefined;
    /** Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`. */
    from?: string | null | undefined;
    /** End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`. */
    to?: string | null | undefined;
    /** Whether users who bought nothing in the period count, as having spent 0. */
    include_idle?: boolean | null | undefined;
    /** IANA time zone whose days and clock `from` and `to` mean. */
    time_zone?: string | null | undefined;
  } = {}): Answer<M, UserCount> {
    return this.#send("users.count", params, false) as Answer<M, UserCount>;
  }
}

/** purchases.* */
export class PurchasesMethods<M extends Mode> {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /**
   * Buy a listing at its present price: the user pays the store, all at once or not at all.
   *
   * With `expected_price`, a price that rose above it is refused; one that fell is paid.
   */
  create(params: {
    /** The user's id. */
    user_id: number;
    /** The listing's id. */
    listing_id: number;
    /** The price that the buyer expects; a higher one is refused; in major units, at most two decimals. */
    expected_price?: number | null | undefined;
    idempotency_key?: string | null | undefined;
  }): Answer<M, NewPurchase> {
    return this.#send("purchases.create", params, true) as Answer<M, NewPurchase>;
  }

  /** Get one purchase. */
  get(params: {
    /** The purchase's id. */
    id: number;
  }): Answer<M, Purchase> {
    return this.#send("purchases.get", params, false) as Answer<M, Purchase>;
  }

  /**
   * Pay the price of a purchase back from the store to the user, once.
   *
   * The purchase stays in the history, with `refunded_at`.
   */
  refund(params: {
    /** The purchase's id. */
    id: number;
    idempotency_key?: string | null | undefined;
  }): Answer<M, PurchaseRefund> {
    return this.#send("purchases.refund", params, true) as Answer<M, PurchaseRefund>;
  }

  /** List purchases by id, a page at a time. */
  list(params: {
    /** The user's id. */
    user_id?: number | null | undefined;
    /** The store's id. */
    store_id?: number | null | undefined;
    /** Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`. */
    from?: string | null | undefined;
    /** End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`. */
    to?: string | null | undefined;
    limit?: number | null | undefined;
    cursor?: string | null | undefined;
    /** IANA time zone whose days and clock `from` and `to` mean. */
    time_zone?: string | null | undefined;
  } = {}): Answer<M, PurchasePage> {
    return this.#send("purchases.list", params, false) as Answer<M, PurchasePage>;
  }

  /**
   * Count the purchases of a period and add them up, and what was paid back in it.
   *
   * A refund counts in the period in which it is paid. Without purchases and refunds, all are zeros.
   */
  totals(params: {
    /** Start: a date means from that day on, a datetime is an instant (included); without an offset it is by the clock of `time_zone`. */
    from?: string | null | undefined;
    /** End: a date includes that whole day, a datetime is an instant (excluded); without an offset it is by the clock of `time_zone`. */
    to?: string | null | undefined;
    /** IANA time zone whose days and clock `from` and `to` mean. */
    time_zone?: string | null | undefined;
  } = {}): Answer<M, PurchaseTotals> {
    return this.#send("purchases.totals", params, false) as Answer<M, PurchaseTotals>;
  }
}

/** search.* */
export class SearchMethods<M extends Mode> {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

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
  find(params: {
    /** A name or words of it, misspelt or not; of a book its author or ISBN too. */
    query: string;
    /** What to find; all if left out. */
    kinds?: Array<"store" | "listing" | "book"> | null | undefined;
    /** Open then: a local datetime, or one with an offset, which is converted to the store's time zone. */
    open_at?: string | null | undefined;
    limit?: number | null | undefined;
    cursor?: string | null | undefined;
  }): Answer<M, Hits> {
    return this.#send("search.find", params, false) as Answer<M, Hits>;
  }
}

/** requests.* */
export class RequestsMethods<M extends Mode> {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /**
   * Tell what happened to the change that this API key requested with an idempotency key.
   *
   * `unknown`: nothing has happened so far; repeat the request with its key, so that it happens, and
   * only once. `in_progress`: the request is running. `done`: the answer is here, whether or not it
   * arrived before.
   */
  lookup(params: {
    idempotency_key: string;
  }): Answer<M, RequestOutcome> {
    return this.#send("requests.lookup", params, false) as Answer<M, RequestOutcome>;
  }
}

/** keys.* */
export class KeysMethods<M extends Mode> {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /** Make an API key. Only this answer shows it; a repetition of the request gives null. */
  create(params: {
    /** Who uses the key. */
    name: string;
    /** What the key may do. */
    role: "public" | "reader" | "clerk" | "admin";
    idempotency_key?: string | null | undefined;
  }): Answer<M, NewApiKey> {
    return this.#send("keys.create", params, true) as Answer<M, NewApiKey>;
  }

  /** List all API keys, revoked ones included, without their secrets. */
  list(params: {
    limit?: number | null | undefined;
    cursor?: string | null | undefined;
  } = {}): Answer<M, ApiKeyPage> {
    return this.#send("keys.list", params, false) as Answer<M, ApiKeyPage>;
  }

  /** Revoke an API key; it is refused from now on, by other processes within a second. */
  revoke(params: {
    /** The key's id. */
    id: number;
    idempotency_key?: string | null | undefined;
  }): Answer<M, ApiKey> {
    return this.#send("keys.revoke", params, true) as Answer<M, ApiKey>;
  }
}

/** audit.* */
export class AuditMethods<M extends Mode> {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /**
   * Check each counter against the rows that explain it, and list every difference.
   *
   * A book's stock is what was received, less what was sold, plus what came back; the refundable
   * copies of a sale are its copies less those refunded. All is read as of one moment.
   *
   * One audit runs at a time in a process. Calls that come meanwhile wait and share the next one.
   */
  run(params: {
    /** Which part to audit; all of it if left out. */
    scope?: "bookshop" | "library" | "marketplace" | null | undefined;
  } = {}): Answer<M, AuditReport> {
    return this.#send("audit.run", params, false) as Answer<M, AuditReport>;
  }
}

/** rpc.* */
export class RpcMethods<M extends Mode> {
  readonly #send: Send;

  constructor(send: Send) {
    this.#send = send;
  }

  /** Describe all methods as an OpenRPC document; needs no key. */
  discover(params: Record<string, never> = {}): Answer<M, OpenRpcDocument> {
    return this.#send("rpc.discover", params, false) as Answer<M, OpenRpcDocument>;
  }
}

/** The methods by their namespaces. */
export class Methods<M extends Mode> {
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

  constructor(send: Send) {
    this.books = new BooksMethods<M>(send);
    this.authors = new AuthorsMethods<M>(send);
    this.sales = new SalesMethods<M>(send);
    this.orders = new OrdersMethods<M>(send);
    this.deliveries = new DeliveriesMethods<M>(send);
    this.members = new MembersMethods<M>(send);
    this.library = new LibraryMethods<M>(send);
    this.stores = new StoresMethods<M>(send);
    this.listings = new ListingsMethods<M>(send);
    this.users = new UsersMethods<M>(send);
    this.purchases = new PurchasesMethods<M>(send);
    this.search = new SearchMethods<M>(send);
    this.requests = new RequestsMethods<M>(send);
    this.keys = new KeysMethods<M>(send);
    this.audit = new AuditMethods<M>(send);
    this.rpc = new RpcMethods<M>(send);
  }
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
export class Octavo extends Methods<"now"> {
  readonly #line: Line;

  constructor(options: Options) {
    const line = new Line(options);
    super(async (method, params, changes) => {
      const [outcome] = await line.perform([new Call(method, params, changes)], false);
      if (outcome?.status === "fulfilled") return outcome.value;
      throw outcome?.reason;
    });
    this.#line = line;
  }

  /** Send calls together; what became of each, in their order. Each succeeds or fails by itself. */
  async batch<const Calls extends readonly Call<unknown>[]>(
    build: (methods: Methods<"in batch">) => Calls,
  ): Promise<Settled<Calls>> {
    const methods = new Methods<"in batch">((method, params, changes) => new Call(method, params, changes));
    return (await this.#line.perform(build(methods), true)) as Settled<Calls>;
  }
}
