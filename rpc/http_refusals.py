"""What is refused before there is a call, as JSON-RPC errors; aiohttp would answer with text."""

from typing import Final

from rpc.correlation import correlation_id
from rpc.error_codes import ErrorCode
from rpc.error_mapping import ErrorObject, error_object

DETAILS: Final = {
    400: "The request is not valid HTTP/1.1.",
    403: "OCTAVO_CORS_ORIGINS does not name the origin of this page.",
    404: "Nothing is here: calls go to POST /rpc, and GET /openrpc.json describes them.",
    405: "This path does not take this verb; the header Allow names those that it takes.",
    417: "No expectation is met but 100-continue.",
}
INTERNAL: Final = 500


def error_of_status(status: int) -> ErrorObject:
    """The error that says why HTTP refused a request, or failed on it (500 and above)."""
    if status >= INTERNAL:
        detail = "The fault is ours; report the correlation id."
        return error_object(ErrorCode.INTERNAL_ERROR, detail, correlation_id=correlation_id())
    return error_object(ErrorCode.INVALID_REQUEST, DETAILS.get(status, "It is not accepted."))
