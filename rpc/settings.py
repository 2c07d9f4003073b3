"""Settings from the environment, prefix OCTAVO_; every limit has its unit in its name."""

import importlib.util
from datetime import timedelta
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from domain.circulation import LoanTerms
from domain.keys import DEMO_KEY
from domain.money import cents_from_decimal
from repository.payment_gateway import GATEWAYS
from repository.storage import StorageSettings
from rpc.connections import ConnectionLimits
from rpc.cross_origin import AllowedOrigins, origins_of

ADMIN_KEY_CHARACTERS_MIN = 16


class Settings(StorageSettings):
    """The operator's settings. An invalid value stops the start, and the message names it."""

    host: str = "127.0.0.1"
    """Address to listen on; 0.0.0.0 is all of them."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    """Port to listen on; 0 is a free one."""
    public_url: Annotated[str, Field(pattern=r"^https?://[^\s/]+/\S*$")] | None = None
    """Whole URL of /rpc as clients reach it, https://books.example.org/rpc; else the host asked."""
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    """Processes that share the port; at most one per core."""
    supervisor_pid: int | None = None
    """Set for a worker by the process that started it; the worker ends with that process."""
    demo: bool = False
    """Load the demo data at the first start and accept the key secret123."""
    admin_key: str | None = None
    """An admin key that exists without the database, 16 characters or more: the first key."""
    cors_origins: str = ""
    """Origins whose pages may call from a browser, parted by commas; * is every one."""
    log_format: Literal["auto", "json", "console"] = "auto"
    """json, console, or auto: readable in a terminal, JSON elsewhere."""

    header_timeout_s: Annotated[float, Field(gt=0)] = 10.0
    """Seconds until a connection's first request, or a head that has begun, is there."""
    idle_timeout_s: Annotated[float, Field(gt=0)] = 60.0
    """Seconds that a connection is kept without a request, or with a client that does not read."""
    connections_per_address_max: Annotated[int, Field(ge=1)] | None = None
    """Connections of one address (IPv6: of one /64) to one process; if unset, 3/4 of all."""
    body_bytes_max: Annotated[int, Field(ge=1)] = 5 * 1024 * 1024
    """Largest body of a request, in bytes; beyond it 413."""
    body_read_timeout_s: Annotated[float, Field(gt=0)] = 30.0
    """Seconds that a body may take to arrive; beyond it 408."""
    batch_calls_max: Annotated[int, Field(ge=1)] = 1_000
    """Calls in one batch; beyond it batch_too_large."""
    batch_concurrency_max: Annotated[int, Field(ge=1)] = 1_000
    """Calls of one batch that run at once."""
    response_bytes_max: Annotated[int, Field(ge=1_000)] = 25_000_000
    """Largest response, in bytes; calls beyond it get response_too_large."""
    method_name_characters_max: Annotated[int, Field(ge=1)] = 128
    """Longest name of a method, in characters."""
    nesting_levels_max: Annotated[int, Field(ge=3, le=200)] = 32
    """Deepest nesting of a request, in levels."""
    call_deadline_s: Annotated[float, Field(gt=0)] = 10.0
    """Seconds until a call is answered with timed_out."""
    calls_at_once_max: Annotated[int, Field(ge=1)] = 1_536
    """Calls that one process works on at once."""
    calls_at_once_per_key_max: Annotated[int, Field(ge=1)] = 1_024
    """Calls of one key that one process works on at once; keys that wait for more take turns."""
    calls_per_second_max: Annotated[int, Field(ge=0)] = 0
    """Calls of one key in a second, over all workers of a service; beyond it 429. 0 is no limit."""
    queued_requests_max: Annotated[int, Field(ge=0)] = 512
    """Requests that wait beyond those; further ones get 503."""
    stop_grace_s: Annotated[float, Field(ge=0)] = 15.0
    """Seconds in which running requests may finish after SIGTERM."""

    payment_gateway: str = "simulated"
    """Which payment gateway takes the money."""
    payment_timeout_s: Annotated[float, Field(gt=0)] = 5.0
    """Seconds in which the gateway has to answer."""

    loans_per_member_max: Annotated[int, Field(ge=1)] = 5
    """Loans that a member may have at a time."""
    loan_period_days: Annotated[float, Field(gt=0, le=3_650)] = 14
    """Days until a loan is due, and that a renewal adds."""
    hold_period_days: Annotated[float, Field(gt=0, le=3_650)] = 3
    """Days that a copy is held for the member whose turn it is."""
    renewals_max: Annotated[int, Field(ge=0)] = 2
    """Renewals of one loan."""
    overdue_loans_max: Annotated[int, Field(ge=0)] = 0
    """Overdue loans with which a member still gets new ones."""
    fine_per_day: Annotated[Decimal, Field(ge=0, le=10_000, decimal_places=2)] = Decimal(0)
    """Fine for each day that a loan is late, begun days included, in major units; 0 is none."""
    fine_max: Annotated[Decimal, Field(ge=0, le=10_000_000, decimal_places=2)] | None = None
    """Most that one loan is fined, in major units."""
    fine_block: Annotated[Decimal, Field(gt=0, le=10_000_000, decimal_places=2)] = Decimal("10.00")
    """Fines, in major units, from which on a member gets no new loan."""
    hold_sweep_interval_s: Annotated[float, Field(gt=0)] = 15.0
    """Seconds between two sweeps of expired holds."""

    rollup_tails_max: Annotated[int, Field(ge=1, le=10_000)] = 64
    """New writes of sales, refunds or purchases that a report reads beside the rollup."""

    cached_documents_max: Annotated[int, Field(ge=0)] = 20_000
    """Rows that the read cache of one process caches."""
    cache_ttl_s: Annotated[float, Field(gt=0, le=60)] = 5.0
    """Seconds after which a cached row is read again in any case."""
    held_rows_max: Annotated[int, Field(ge=0)] = 100_000
    """Rows of a collection that one process holds in memory for its lists; if it has more, none."""
    held_movements_max: Annotated[int, Field(ge=0)] = 2_000_000
    """Movements (sales and refunds, or purchases and theirs) that one process holds in memory for
    reports, about 70 bytes each; if there are more, none."""

    kept_answers_bytes_max: Annotated[int, Field(ge=0)] = 64 * 1024 * 1024
    """Bytes of answers of lists, searches and reports that one process keeps; 0 keeps none."""

    traces_endpoint: str | None = None
    """URL of an OpenTelemetry collector (OTLP over HTTP) for traces; when unset, there are none."""
    traces_share: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Share of the requests that are traced, if the caller did not decide it."""

    @field_validator("traces_endpoint")
    @classmethod
    def _with_its_packages(cls, url: str | None) -> str | None:
        if url is not None and not url.startswith(("http://", "https://")):
            raise ValueError("must be a URL, such as http://localhost:4318")
        if url is not None and importlib.util.find_spec("opentelemetry") is None:
            raise ValueError("needs more packages: pip install -r requirements-tracing.txt")
        return url

    @model_validator(mode="after")
    def _demo_key_only_in_demo_mode(self) -> Self:
        if self.admin_key == DEMO_KEY and not self.demo:
            raise ValueError(
                "OCTAVO_ADMIN_KEY is the demo key, which everybody knows; set one of your own"
            )
        return self

    @field_validator("admin_key")
    @classmethod
    def _long_enough(cls, key: str | None) -> str | None:
        if key not in {None, DEMO_KEY} and len(str(key)) < ADMIN_KEY_CHARACTERS_MIN:
            raise ValueError(f"must have {ADMIN_KEY_CHARACTERS_MIN} characters or more")
        return key

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, text: str) -> str:
        origins_of(text)
        return text

    @field_validator("payment_gateway")
    @classmethod
    def _known_gateway(cls, name: str) -> str:
        if name not in GATEWAYS:
            raise ValueError(f"must be one of {', '.join(GATEWAYS)}")
        return name

    @property
    def loan_terms(self) -> LoanTerms:
        """The rules of lending."""
        return LoanTerms(
            loans_per_member_max=self.loans_per_member_max,
            loan_period=timedelta(days=self.loan_period_days),
            hold_period=timedelta(days=self.hold_period_days),
            renewals_max=self.renewals_max,
            overdue_loans_max=self.overdue_loans_max,
            fine_block_cents=cents_from_decimal(self.fine_block),
            fine_per_day_cents=cents_from_decimal(self.fine_per_day),
            fine_cents_max=None if self.fine_max is None else cents_from_decimal(self.fine_max),
        )

    @property
    def is_reachable(self) -> bool:
        """Whether other machines may reach the service at the address that it listens on."""
        return self.host not in {"127.0.0.1", "localhost", "::1"}

    @property
    def allowed_origins(self) -> AllowedOrigins:
        """Whose pages may call from a browser."""
        return AllowedOrigins(origins_of(self.cors_origins), demo=self.demo)

    @property
    def connection_limits(self) -> ConnectionLimits:
        """How many connections there may be, and how long one may be silent."""
        return ConnectionLimits(
            header_timeout_s=self.header_timeout_s,
            idle_timeout_s=self.idle_timeout_s,
            per_address=self.connections_per_address_max,
        )

    @property
    def first_key(self) -> str | None:
        """The admin key that exists without the database: the operator's, or the demo key."""
        return self.admin_key or (DEMO_KEY if self.demo else None)
