"""Structured logs: JSON for machines, lines in a terminal, one correlation id a request."""

import logging
import sys
from typing import Literal

import orjson
import structlog
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.web import RequestPayloadError

from rpc.correlation import add_correlation_id

LogFormat = Literal["auto", "json", "console"]


def configure(log_format: LogFormat) -> None:
    """Send all logs to standard error; `auto` means readable in a terminal and JSON elsewhere."""
    readable = log_format == "console" or (log_format == "auto" and sys.stderr.isatty())
    shared: list[structlog.typing.Processor] = [
        add_correlation_id,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    rendered: list[structlog.typing.Processor] = (
        [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
        if readable
        else [
            # Without local variables: they contain keys and customers' data.
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
    # The driver logs each lost connection; the service logs it once, in its own words.
    logging.getLogger("pymongo").setLevel(logging.WARNING)


class _ClientFaults(logging.Filter):
    """Log a client's bad HTTP or lost connection as a line, not as an error with a traceback."""

    def filter(self, record: logging.LogRecord) -> bool:
        fault = record.exc_info[1] if record.exc_info else None
        if isinstance(fault, HttpProcessingError | RequestPayloadError | ConnectionError):
            record.levelno, record.levelname = logging.INFO, logging.getLevelName(logging.INFO)
            record.msg, record.args, record.exc_info = "a client's request broke off", (), None
        return True


def http_log() -> logging.Logger:
    """The logger of the HTTP server."""
    logger = logging.getLogger("octavo.http")
    if not logger.filters:
        logger.addFilter(_ClientFaults())
    return logger


def _json(event: dict[str, object], **_: object) -> str:
    first = {name: event[name] for name in ("timestamp", "level", "event") if name in event}
    return orjson.dumps(first | event, default=str).decode()
