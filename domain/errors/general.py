"""Refusals that any method may give; -32xxx and 100 to 199."""

from typing import Any, Self, TypeVar

from domain.errors.base import Details, OctavoError, details

Thing = TypeVar("Thing")


class InvalidParams(OctavoError):
    """A parameter is missing, unknown or breaks a rule; `errors` names each one."""

    type = "invalid_params"
    template = "{where}: {problem}"
    example = details(
        errors=[
            {"parameter": "quantity", "path": ["quantity"], "problem": "should be at least 1"},
        ]
    )

    @classmethod
    def parameter(cls, name: str, problem: str) -> Self:
        """The refusal of one parameter."""
        return cls(errors=[{"parameter": name, "path": [name], "problem": problem}])

    def words(self) -> Details:
        """The first fault and where it is."""
        first = self.details["errors"][0]
        return {"where": ".".join(first["path"]), "problem": first["problem"]}


class InvalidRequest(OctavoError):
    """The request object itself is at fault."""

    type = "invalid_request"


class ChangeWithoutId(InvalidRequest):
    """A change came as a notification, so nobody would learn of its failure."""

    template = "{method} changes something, so it needs an id."
    example = details(method="sales.create")


class Busy(OctavoError):
    """Too much happens at once; nothing was changed, and a retry is safe."""

    type = "busy"
    template = "Other requests were being worked on until the deadline."
    retryable = True


class ChangesCollided(Busy):
    """Other transactions changed the same documents at each attempt."""

    template = "Other requests were changing the same things until the deadline."


class WaitedTooLong(Busy):
    """The deadline passed before the request's turn came."""

    template = "The request waited for others until its deadline."


class TooManyWaiting(Busy):
    """No more requests may wait."""

    template = "Too many requests wait already."


class Stopping(Busy):
    """The service takes no new requests, because it is stopping."""

    template = "The service is stopping."


class RateLimited(OctavoError):
    """The key makes too many calls a second; nothing was changed.

    Repeat them after `retry_after_s`.
    """

    type = "rate_limited"
    template = "A key may make {calls_per_second_max} calls a second; wait {retry_after_s:g} s."
    retryable = True
    example = details(calls=20, calls_per_second_max=100, retry_after_s=0.15)
    sometimes = frozenset({"retry_after_s"})


class BatchBeyondRate(RateLimited):
    """A batch has more calls than a key may ever make at once: it can only be split."""

    template = "A key may make {calls_max} calls at once; split the batch of {calls}."
    retryable = False
    example = details(calls=201, calls_max=200, calls_per_second_max=100)


class StorageUnavailable(OctavoError):
    """The database cannot be reached.

    A change may have happened nevertheless: repeat it with its idempotency key, or ask
    requests.lookup.
    """

    type = "storage_unavailable"
    template = "The database cannot be reached."
    retryable = True


class StorageStopping(StorageUnavailable):
    """The database answers, but takes no requests at the moment."""

    template = "The database is stopping or changing its primary."


class NoPrimary(StorageUnavailable):
    """At the start no server answers that takes writes; `places` are those that were asked."""

    template = "No MongoDB that takes writes answers at {places}."
    example = details(places="127.0.0.1:27017")


class CommitUnknown(StorageUnavailable):
    """The connection was lost before the answer to a commit."""

    template = "The connection was lost during the commit; it may have happened."


class CutOff(StorageUnavailable):
    """The service was stopped before the answer to a commit."""

    template = "The service was stopped before the change came to its end; it may have happened."


class Forbidden(OctavoError):
    """The API key's role is below the one that the method needs."""

    type = "forbidden"
    template = "{method} needs a key of role {needed_role} or above."
    example = details(method="sales.create", role="reader", needed_role="clerk")


class TimedOut(OctavoError):
    """The call's deadline passed before the answer was there.

    A change may have happened nevertheless: repeat it with its idempotency key, or ask
    requests.lookup.
    """

    type = "timed_out"
    template = "The call took longer than {deadline_s:g} seconds."
    retryable = True
    example = details(deadline_s=10.0)


class BodyTimedOut(TimedOut):
    """The request's body was not there in time; nothing was changed."""

    template = "The body did not arrive within {deadline_s:g} seconds."


class Unauthenticated(OctavoError):
    """The X-API-Key header is missing, unknown or revoked."""

    type = "unauthenticated"
    template = "Send a valid key in the X-API-Key header."


class NotFound(OctavoError):
    """Nothing exists under the given id."""

    type = "not_found"
    template = "No {kind} has {name} {value}."
    example = details(kind="book", id=7)
    sometimes = frozenset({"id", "isbn", "date"})

    def words(self) -> Details:
        """The one key that was looked up."""
        ((name, value),) = ((each, self.details[each]) for each in self.details if each != "kind")
        return {"name": name, "value": value}


def found(thing: Thing | None, kind: str, **key: Any) -> Thing:
    """The thing found by one key (for example `id=7`). Raises NotFound if it is None."""
    if thing is None:
        raise NotFound(kind=kind, **key)
    return thing


class Conflict(OctavoError):
    """The present state contradicts the request; `data` holds the real value."""

    type = "conflict"
    example = details(
        expected_quantity=5,
        actual_quantity=3,
        isbn="9780261103252",
        book_id=7,
        store_id=1,
        stock=999_999_999,
        maximum=1_000_000_000,
        member_id=1,
        open_loans=1,
        fines=2.5,
        amount=5.0,
        balance=2.5,
    )
    sometimes = frozenset(example)


class IdempotencyKeyReused(OctavoError):
    """The idempotency key was used before with another method or other parameters."""

    type = "idempotency_key_reused"
    template = "This idempotency key was used for another request; choose a new one."
    example = details(first_method="sales.create")


class RequestInProgress(OctavoError):
    """The first request with this idempotency key is still running; ask again shortly."""

    type = "request_in_progress"
    template = "The first request with this idempotency key is still running."
    retryable = True
    example = details(method="sales.create")
