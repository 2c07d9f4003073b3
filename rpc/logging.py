"""Structured logs: JSON for machines, lines in a terminal, one correlation id a request."""

import logging
import sys
from typing import Literal

import orjson
import structlog
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web import RequestPayloadError

LogFormat = Literal["auto", "json", "console"]


def configure(log_format: LogFormat) -> None:
    """Send all logs to standard error; `auto` means readable in a terminal and JSON elsewhere."""
    readable = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    rendered: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
        if readable
        else [
            # Without local variables: those hold keys and customers' data.
            structlog.processors.ExceptionRenderer(
                structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
            ),
            structlog.processors.JSONRenderer(serializer=_json),
        ]
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *rendered],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    # The driver reports each lost connection by itself; the service says so once, in its own words.
    logging.getLogger("pymongo").setLevel(logging.WARNING)


class _ClientFaults(logging.Filter):
    """A client that speaks bad HTTP or hangs up is worth a line, not an error with a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        fault = record.exc_info[1] if record.exc_info else None
        if isinstance(fault, HttpProcessingError | RequestPayloadError | ConnectionError):
            record.levelno, record.levelname = logging.INFO, logging.getLevelName(logging.INFO)
            record.msg, record.args, record.exc_info = "a client's request broke off", (), None
        return True


def http_log() -> logging.Logger:
    """Where the HTTP server reports."""
    logger = logging.getLogger("octavo.http")
    if not logger.filters:
        logger.addFilter(_ClientFaults())
    return logger


def _json(event: object, **_: object) -> str:
    return orjson.dumps(event, default=str).decode()
