"""All error codes. A member's name is the error's type in upper case."""

from enum import IntEnum


class ErrorCode(IntEnum):
    """JSON-RPC 2.0 section 5.1 for the first five; -32000 to -32099 are the server's own.

    100 to 199 are general, the 1000s belong to the bookshop, the 2000s to the library and the
    3000s to the marketplace.
    """

    PARSE_ERROR = -32700
    INVALID_REQUEST = -32600
    METHOD_NOT_FOUND = -32601
    INVALID_PARAMS = -32602
    INTERNAL_ERROR = -32603

    UNAUTHENTICATED = -32001
    TIMED_OUT = -32002
    RESPONSE_TOO_LARGE = -32003
    FORBIDDEN = -32004
    STORAGE_UNAVAILABLE = -32006
    REQUEST_TOO_LARGE = -32007
    BUSY = -32009
    BATCH_TOO_LARGE = -32010

    NOT_FOUND = 104
    CONFLICT = 109
    IDEMPOTENCY_KEY_REUSED = 120
    REQUEST_IN_PROGRESS = 121

    OUT_OF_STOCK = 1001
    REFUND_EXCEEDS_SALE = 1002

    INSUFFICIENT_STOCK = 1101
    PAYMENT_DECLINED = 1102
    PAYMENT_FAILED = 1103
    PAYMENT_TIMED_OUT = 1104
    PAYMENT_UNDECIDED = 1105
    ORDER_PENDING = 1106
    ORDER_NOT_PAID = 1107
    ORDER_CANCELLED = 1108
    DELIVERY_EXISTS = 1109
    INVALID_TRANSITION = 1110
    NO_COPIES = 2001
    ALREADY_ON_LOAN = 2002
    COPIES_AVAILABLE = 2003
    ALREADY_RESERVED = 2004
    NOT_READY = 2005
    NOT_ON_LOAN = 2006
    NOT_RESERVED = 2007
    COPIES_IN_USE = 2008
    LOAN_LIMIT_REACHED = 2009
    RENEWAL_LIMIT_REACHED = 2010
    OTHERS_WAITING = 2011
    NOBODY_BEHIND = 2012
    INSUFFICIENT_FUNDS = 3001
    PRICE_CHANGED = 3002
    ALREADY_REFUNDED = 3003


SPECIFICATION_MESSAGES = {
    ErrorCode.PARSE_ERROR: "Parse error",
    ErrorCode.INVALID_REQUEST: "Invalid Request",
    ErrorCode.METHOD_NOT_FOUND: "Method not found",
    ErrorCode.INVALID_PARAMS: "Invalid params",
    ErrorCode.INTERNAL_ERROR: "Internal error",
}
"""The messages of JSON-RPC 2.0 section 5.1."""
