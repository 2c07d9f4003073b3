"""What can go wrong, as callers see it: a stable type, a sentence, and the details to act on.

Each error with its code, its type on the wire and whether the same request may succeed later; those
without a type share their parent's.

OctavoError                   code  type                    retryable
├── InvalidParams           -32602  invalid_params          no
├── InvalidRequest          -32600  invalid_request         no
│   └── ChangeWithoutId
├── RateLimited             -32011  rate_limited            yes
│   └── BatchBeyondRate
├── Busy                    -32009  busy                    yes
│   ├── ChangesCollided
│   ├── Stopping
│   ├── TooManyWaiting
│   └── WaitedTooLong
├── StorageUnavailable      -32006  storage_unavailable     yes
│   ├── CommitUnknown
│   ├── CutOff
│   ├── NoPrimary
│   └── StorageStopping
├── Forbidden               -32004  forbidden               no
├── TimedOut                -32002  timed_out               yes
│   └── BodyTimedOut
├── Unauthenticated         -32001  unauthenticated         no
├── NotFound                   104  not_found               no
│   ├── BooksUnknown
│   └── LineUnknown
├── Conflict                   109  conflict                no
│   ├── FinesExceeded
│   ├── IsbnTaken
│   ├── MemberOwes
│   ├── StockDiffers
│   ├── StockMaximum
│   └── TooManySpecialDays
├── IdempotencyKeyReused       120  idempotency_key_reused  no
├── RequestInProgress          121  request_in_progress     yes
├── OutOfStock                1001  out_of_stock            no
├── RefundExceedsSale         1002  refund_exceeds_sale     no
├── BookPriceChanged          1004  book_price_changed      no
├── BookArchived              1005  book_archived           no
├── InsufficientStock         1101  insufficient_stock      no
├── PaymentDeclined           1102  payment_declined        no
├── PaymentFailed             1103  payment_failed          yes
├── PaymentTimedOut           1104  payment_timed_out       yes
├── PaymentUndecided          1105  payment_undecided       no
├── OrderPending              1106  order_pending           yes
├── OrderNotPaid              1107  order_not_paid          no
├── OrderCancelled            1108  order_cancelled         no
├── DeliveryExists            1109  delivery_exists         no
├── InvalidTransition         1110  invalid_transition      no
├── TotalChanged              1111  total_changed           no
├── OrderShipped              1112  order_shipped           no
├── OrderNotShipped           1113  order_not_shipped       no
├── NoCopies                  2001  no_copies               no
├── AlreadyOnLoan             2002  already_on_loan         no
├── CopiesAvailable           2003  copies_available        no
├── AlreadyReserved           2004  already_reserved        no
├── NotReady                  2005  not_ready               no
├── NotOnLoan                 2006  not_on_loan             no
├── NotReserved               2007  not_reserved            no
├── CopiesInUse               2008  copies_in_use           no
├── LoanLimitReached          2009  loan_limit_reached      no
├── RenewalLimitReached       2010  renewal_limit_reached   no
├── OthersWaiting             2011  others_waiting          no
├── NobodyBehind              2012  nobody_behind           no
├── MemberBlocked             2013  member_blocked          no
├── MemberArchived            2014  member_archived         no
├── InsufficientFunds         3001  insufficient_funds      no
├── PriceChanged              3002  price_changed           no
└── AlreadyRefunded           3003  already_refunded        no
"""

from domain.errors.base import Details, OctavoError
from domain.errors.bookshop import (
    BookArchived,
    BookPriceChanged,
    BooksUnknown,
    DeliveryExists,
    InsufficientStock,
    InvalidTransition,
    IsbnTaken,
    LineUnknown,
    OrderCancelled,
    OrderNotPaid,
    OrderNotShipped,
    OrderPending,
    OrderShipped,
    OutOfStock,
    PaymentDeclined,
    PaymentFailed,
    PaymentTimedOut,
    PaymentUndecided,
    RefundExceedsSale,
    StockDiffers,
    StockMaximum,
    TotalChanged,
)
from domain.errors.general import (
    BatchBeyondRate,
    BodyTimedOut,
    Busy,
    ChangesCollided,
    ChangeWithoutId,
    CommitUnknown,
    Conflict,
    CutOff,
    Forbidden,
    IdempotencyKeyReused,
    InvalidParams,
    InvalidRequest,
    NoPrimary,
    NotFound,
    RateLimited,
    RequestInProgress,
    Stopping,
    StorageStopping,
    StorageUnavailable,
    TimedOut,
    TooManyWaiting,
    Unauthenticated,
    WaitedTooLong,
    found,
)
from domain.errors.library import (
    AlreadyOnLoan,
    AlreadyReserved,
    CopiesAvailable,
    CopiesInUse,
    FinesExceeded,
    LoanLimitReached,
    MemberArchived,
    MemberBlocked,
    MemberOwes,
    NobodyBehind,
    NoCopies,
    NotOnLoan,
    NotReady,
    NotReserved,
    OthersWaiting,
    RenewalLimitReached,
)
from domain.errors.marketplace import (
    AlreadyRefunded,
    InsufficientFunds,
    PriceChanged,
    TooManySpecialDays,
)

__all__ = [
    "AlreadyOnLoan",
    "AlreadyRefunded",
    "AlreadyReserved",
    "BatchBeyondRate",
    "BodyTimedOut",
    "BookArchived",
    "BookPriceChanged",
    "BooksUnknown",
    "Busy",
    "ChangeWithoutId",
    "ChangesCollided",
    "CommitUnknown",
    "Conflict",
    "CopiesAvailable",
    "CopiesInUse",
    "CutOff",
    "DeliveryExists",
    "Details",
    "FinesExceeded",
    "Forbidden",
    "IdempotencyKeyReused",
    "InsufficientFunds",
    "InsufficientStock",
    "InvalidParams",
    "InvalidRequest",
    "InvalidTransition",
    "IsbnTaken",
    "LineUnknown",
    "LoanLimitReached",
    "MemberArchived",
    "MemberBlocked",
    "MemberOwes",
    "NoCopies",
    "NoPrimary",
    "NobodyBehind",
    "NotFound",
    "NotOnLoan",
    "NotReady",
    "NotReserved",
    "OctavoError",
    "OrderCancelled",
    "OrderNotPaid",
    "OrderNotShipped",
    "OrderPending",
    "OrderShipped",
    "OthersWaiting",
    "OutOfStock",
    "PaymentDeclined",
    "PaymentFailed",
    "PaymentTimedOut",
    "PaymentUndecided",
    "PriceChanged",
    "RateLimited",
    "RefundExceedsSale",
    "RenewalLimitReached",
    "RequestInProgress",
    "StockDiffers",
    "StockMaximum",
    "Stopping",
    "StorageStopping",
    "StorageUnavailable",
    "TimedOut",
    "TooManySpecialDays",
    "TooManyWaiting",
    "TotalChanged",
    "Unauthenticated",
    "WaitedTooLong",
    "found",
]
