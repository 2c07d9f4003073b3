"""Requests that change something, and what became of them."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from domain.examples import with_example


class RequestOutcome(BaseModel):
    """What became of the request that was sent with an idempotency key."""

    model_config = with_example(status="unknown", method=None, result=None, error=None)

    status: Literal["unknown", "in_progress", "done"]
    method: str | None = Field(default=None, description="The method that was called.")
    result: dict[str, Any] | None = Field(default=None, description="Its result, if it succeeded.")
    error: dict[str, Any] | None = Field(
        default=None, description="Its final error {code, message, data}, if it was refused."
    )
