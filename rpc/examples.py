"""python -m rpc.examples: send the examples to a fresh demo, and write down what it answers.

The OpenRPC document shows these answers; a test sends the examples again and compares.
"""

import asyncio
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import orjson

from domain.clock import Clock
from domain.keys import DEMO_KEY
from rpc.application import REGISTRY, make_application, make_runner
from rpc.example_results import FILE
from rpc.http_endpoint import API_KEY_HEADER, ENDPOINT
from rpc.settings import Settings

SHOWN_NOW: Final = datetime(2026, 11, 23, 9, tzinfo=UTC)
"""The instant of all answers in the file, so that they differ only where the service does."""


async def answers(clock: Clock) -> dict[str, list[Any]]:
    """The results of all examples in their order on a fresh demo, by method.

    Raises RuntimeError for an example that is refused.
    """
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(port=0, mongo_url=None, data_dir=Path(folder), demo=True)
        application = make_application(settings, clock)
        runner = make_runner(application, stop_grace_s=1.0)
        await runner.setup()
        try:
            endpoint = application[ENDPOINT]
            results: dict[str, list[Any]] = {}
            for method in REGISTRY.values():
                for params in method.examples:
                    call = {"jsonrpc": "2.0", "method": method.name, "params": params, "id": 1}
                    sent = orjson.dumps(call)
                    response = await endpoint.respond({API_KEY_HEADER: DEMO_KEY}, sent)
                    answer = orjson.loads(response.partition(b"\r\n\r\n")[2])
                    if "result" not in answer:
                        raise RuntimeError(f"{method.name} {params}: {answer}")
                    results.setdefault(method.name, []).append(answer["result"])
        finally:
            await runner.cleanup()
    return results


def main() -> int:
    """Write the file anew."""
    results = asyncio.run(answers(lambda: SHOWN_NOW))
    FILE.write_bytes(orjson.dumps(results, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    return 0


if __name__ == "__main__":
    sys.exit(main())
