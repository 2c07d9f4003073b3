"""All error codes, in one place. A member's name is the error's type in upper case."""

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

    INSUFFICIENT_FUNDS = 3001
    PRICE_CHANGED = 3002


SPECIFICATION_MESSAGES = {
    ErrorCode.PARSE_ERROR: "Parse error",
    ErrorCode.INVALID_REQUEST: "Invalid Request",
    ErrorCode.METHOD_NOT_FOUND: "Method not found",
    ErrorCode.INVALID_PARAMS: "Invalid params",
    ErrorCode.INTERNAL_ERROR: "Internal error",
}
"""The messages that JSON-RPC 2.0 section 5.1 gives."""
