"""Settings from the environment, prefix OCTAVO_; every limit bears its unit in its name."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from domain.circulation import LoanTerms
from domain.keys import DEMO_KEY
from repository.storage import StorageSettings

ADMIN_KEY_CHARACTERS_MIN = 16


class Settings(StorageSettings):
    """What an operator may set. A value that makes no sense stops the start with its name."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65_535)] = 8000
    workers: Annotated[int, Field(ge=1, le=64)] = 1
    supervisor_pid: int | None = None
    """Set for a worker by the process that started it; the worker ends with that process."""
    demo: bool = False
    admin_key: str | None = None
    log_format: Literal["auto", "json", "console"] = "auto"

    body_bytes_max: Annotated[int, Field(ge=1)] = 5 * 1024 * 1024
    batch_calls_max: Annotated[int, Field(ge=1)] = 1_000
    batch_concurrency_max: Annotated[int, Field(ge=1)] = 512
    response_bytes_max: Annotated[int, Field(ge=1_000)] = 25_000_000
    method_name_characters_max: Annotated[int, Field(ge=1)] = 128
    nesting_levels_max: Annotated[int, Field(ge=3)] = 32
    call_deadline_s: Annotated[float, Field(gt=0)] = 10.0
    calls_at_once_max: Annotated[int, Field(ge=1)] = 1_024
    queued_requests_max: Annotated[int, Field(ge=0)] = 1_024
    stop_grace_s: Annotated[float, Field(ge=0)] = 15.0

    loans_per_member_max: Annotated[int, Field(ge=1)] = 5
    loan_period_days: Annotated[float, Field(gt=0, le=3_650)] = 14
    hold_period_days: Annotated[float, Field(gt=0, le=3_650)] = 3
    renewals_max: Annotated[int, Field(ge=0)] = 2
    hold_sweep_interval_s: Annotated[float, Field(gt=0)] = 15.0

    cached_documents_max: Annotated[int, Field(ge=0)] = 20_000
    cache_ttl_s: Annotated[float, Field(gt=0, le=60)] = 5.0

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

    @property
    def loan_terms(self) -> LoanTerms:
        """The rules of lending."""
        return LoanTerms(
            loans_per_member_max=self.loans_per_member_max,
            loan_period=timedelta(days=self.loan_period_days),
            hold_period=timedelta(days=self.hold_period_days),
            renewals_max=self.renewals_max,
        )

    @property
    def first_key(self) -> str | None:
        """The admin key that exists without the database: the operator's, or the demo key."""
        return self.admin_key or (DEMO_KEY if self.demo else None)
