"""How many connections there may be: fewer than descriptors, and not all from one address."""

import ipaddress
import resource
import time
from collections import defaultdict, deque
from collections.abc import Collection
from dataclasses import dataclass
from heapq import nsmallest
from typing import Final, Protocol

import structlog

AT_ONCE_MAX: Final = 10_000
"""A connection takes some 20 kB."""
KEPT_FOR_OURSELVES: Final = 256
"""Descriptors for the database, the engine's start, files and logs."""
SHARE_OF_AN_ADDRESS: Final = 0.75
LOG_PAUSE_S: Final = 60.0
LOOK_PAUSE_S: Final = 0.1
CLOSED_TOGETHER: Final = 16

log = structlog.get_logger("octavo.http")


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """How many connections one process holds, and how long one may be silent.

    `per_address` of None is three quarters of all.
    """

    header_timeout_s: float = 10.0
    idle_timeout_s: float = 60.0
    per_address: int | None = None


DEFAULT_LIMITS: Final = ConnectionLimits()


def raise_descriptor_limit() -> None:
    """Allow this process as many descriptors as the system lets it allow itself."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def connections_max() -> int:
    """How many connections leave enough descriptors for ourselves."""
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if descriptors == resource.RLIM_INFINITY:
        return AT_ONCE_MAX
    return min(AT_ONCE_MAX, max(descriptors - KEPT_FOR_OURSELVES, descriptors // 2))


def network_of(address: str) -> str:
    """Whom an address belongs to: an IPv4 address itself, an IPv6 address's network of 64 bits."""
    if ":" not in address:
        return address
    parsed = ipaddress.IPv6Address(address.partition("%")[0])
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(parsed) >> 64 << 64, 64)))


class Held(Protocol):
    """A connection, as the crowd sees it."""

    @property
    def is_idle(self) -> bool:
        """Whether nothing has been asked that is not answered."""

    @property
    def closes_at(self) -> float:
        """When it is closed if nothing is asked until then, by the loop's clock."""

    def give_up(self) -> None:
        """Close it now."""


class Crowd:
    """All connections of a process, counted by address.

    When there are too many, the idle one that would be closed first is closed for the new one.
    """

    def __init__(self, at_once: int, per_address: int) -> None:
        self.at_once = at_once
        self.per_address = per_address
        self._all: set[Held] = set()
        self._by_network: defaultdict[str, set[Held]] = defaultdict(set)
        self._next_to_go: dict[str, deque[Held]] = {}
        self._look_again_at: dict[str, float] = {}
        self._logged_at: dict[str, float] = {}

    def __len__(self) -> int:
        return len(self._all)

    def admit(self, connection: Held, network: str) -> bool:
        """Count a new connection, if there is room for it or room can be made."""
        neighbours = self._by_network[network]
        is_admitted = True
        if len(neighbours) >= self.per_address:
            self._log("an address has as many connections as it may have", network)
            is_admitted = self._make_room(network, neighbours)
        elif len(self._all) >= self.at_once:
            self._log("there are as many connections as there may be", "")
            is_admitted = self._make_room("", self._all)
        if is_admitted:
            self._all.add(connection)
            neighbours.add(connection)
        else:
            self.leave(connection, network)
        return is_admitted

    def leave(self, connection: Held, network: str) -> None:
        """Count a connection no more."""
        self._all.discard(connection)
        neighbours = self._by_network[network]
        neighbours.discard(connection)
        if not neighbours:
            del self._by_network[network]
            self._next_to_go.pop(network, None)
            self._look_again_at.pop(network, None)

    def _make_room(self, name: str, held: Collection[Held]) -> bool:
        """Close an idle connection, if there is one; the idle ones are looked for together."""
        waiting = self._next_to_go.setdefault(name, deque())
        while waiting:
            if (connection := waiting.popleft()).is_idle:
                connection.give_up()
                return True
        now = time.monotonic()
        if now < self._look_again_at.get(name, 0.0):
            return False
        idle = [each for each in held if each.is_idle]
        together = 1 + len(idle) // CLOSED_TOGETHER
        waiting.extend(nsmallest(together, idle, key=lambda each: each.closes_at))
        if not waiting:
            self._look_again_at[name] = now + LOOK_PAUSE_S
            return False
        waiting.popleft().give_up()
        return True

    def _log(self, event: str, network: str) -> None:
        """Log what is the matter, once a minute."""
        now = time.monotonic()
        if now < self._logged_at.get(event, now):
            return
        self._logged_at[event] = now + LOG_PAUSE_S
        log.warning(
            event,
            address=network,
            connections=len(self._all),
            connections_max=self.at_once,
            connections_per_address_max=self.per_address,
        )
