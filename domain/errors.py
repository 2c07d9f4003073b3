"""What can go wrong, as the outside sees it: a stable type, a sentence, what is needed to act."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self, TypeVar

Details = Mapping[str, Any]
Thing = TypeVar("Thing")


class OctavoError(Exception):
    """A refusal that a caller can act on.

    `type` is the stable snake_case name, `retryable` tells whether the same request may succeed
    later, and `details` holds what the caller needs: amounts, positions, the conflicting value.
    `example` shows such details in the documentation, where the keyword parameters of `of` do not
    say it all; those named in `sometimes` are not in every refusal of the kind, those in `nullable`
    are null in some.
    """

    type: str
    retryable: bool = False
    example: ClassVar[Details] = {}
    sometimes: ClassVar[frozenset[str]] = frozenset()
    nullable: ClassVar[frozenset[str]] = frozenset()

    def __init__(self, message: str, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details

    @classmethod
    def summary(cls) -> str:
        """The first line of the class's docstring: what the error means in general."""
        return (cls.__doc__ or cls.__name__).strip().splitlines()[0]

    def as_record(self) -> dict[str, Any]:
        """The parts that have to be kept to give a refusal again."""
        return {
            "type": self.type,
            "message": self.message,
            "details": self.details,
            "retryable": self.retryable,
        }

    @classmethod
    def from_record(cls, record: dict[str, Any]) -> Self:
        """The refusal that `as_record` kept."""
        refusal = cls(record["message"], **record["details"])
        refusal.type = record["type"]
        refusal.retryable = record.get("retryable", False)
        return refusal


class InvalidParams(OctavoError):
    """A parameter is missing, unknown or breaks a rule; `errors` names each one."""

    type = "invalid_params"
    example: ClassVar[Details] = {
        "errors": [{"parameter": "quantity", "problem": "should be at least 1"}]
    }

    @classmethod
    def parameter(cls, name: str, problem: str) -> Self:
        """The refusal of one parameter."""
        fault = {"parameter": name, "path": [name], "problem": problem}
        return cls(f"{name}: {problem}", errors=[fault])


class InvalidRequest(OctavoError):
    """The request object itself is at fault."""

    type = "invalid_request"


class NotFound(OctavoError):
    """Nothing exists under the given id."""

    type = "not_found"
    example: ClassVar[Details] = {"kind": "book", "id": 7}
    sometimes = frozenset({"id"})

    @classmethod
    def of(cls, kind: str, **key: Any) -> Self:
        """The refusal for one `kind` of thing, looked for under one key (for example `id=7`)."""
        ((name, value),) = key.items()
        return cls(f"No {kind} has {name} {value}.", kind=kind, **key)


def found(thing: Thing | None, kind: str, **key: Any) -> Thing:
    """What was looked for under one key (for example `id=7`). Raises NotFound if it is None."""
    if thing is None:
        raise NotFound.of(kind, **key)
    return thing


class Conflict(OctavoError):
    """The present state contradicts the request; `data` holds the real value."""

    type = "conflict"
    example: ClassVar[Details] = {
        "expected_quantity": 5,
        "actual_quantity": 3,
        "isbn": "9780261103252",
        "book_id": 7,
    }
    sometimes = frozenset(example)


class IdempotencyKeyReused(OctavoError):
    """The idempotency key was used before with another method or other parameters."""

    type = "idempotency_key_reused"
    example: ClassVar[Details] = {"first_method": "sales.create"}


class RequestInProgress(OctavoError):
    """The first request with this idempotency key is still running; ask again shortly."""

    type = "request_in_progress"
    retryable = True


class Unauthenticated(OctavoError):
    """The X-API-Key header is missing, unknown or revoked."""

    type = "unauthenticated"


class Forbidden(OctavoError):
    """The API key's role is below the one that the method needs."""

    type = "forbidden"
    example: ClassVar[Details] = {"role": "reader", "needed_role": "clerk"}


class TimedOut(OctavoError):
    """The call's deadline passed before the answer was there.

    A change may have happened all the same: repeat it with its idempotency key, or ask
    requests.lookup.
    """

    type = "timed_out"
    retryable = True
    example: ClassVar[Details] = {"deadline_s": 10.0}


class Busy(OctavoError):
    """Too much happens at once; nothing was changed, and a retry is safe."""

    type = "busy"
    retryable = True


class StorageUnavailable(OctavoError):
    """The database cannot be reached.

    A change may have happened all the same: repeat it with its idempotency key, or ask
    requests.lookup.
    """

    type = "storage_unavailable"
    retryable = True
