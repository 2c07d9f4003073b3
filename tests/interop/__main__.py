"""Let foreign clients call a service, and print how each of them fares.

    python -m tests.interop [npm] [pypi] [go] [rust] [java]

All of them without an argument. What has no toolchain here is skipped by name. Exits with 1 if a
cell of the table fails.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import aiohttp

from tests.interop.families import FAMILIES, HERE, Family, NotHereError, Program
from tests.interop.judged import CALLS, DEADLINE_S, RESTOCK, cell
from tests.support.service_process import ServiceProcess, service_process

KEY: Final = "secret123"
PROGRAM_TIMEOUT_S: Final = 90
AT_ONCE: Final = 2
PROBLEMS_SHOWN: Final = 10


def say(text: str = "") -> None:
    """Print a line at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def prepared(asked: Iterable[str]) -> list[Family]:
    """The families that can be tried here, installed at the same time; the others are named."""
    families = [family for family in FAMILIES if not asked or family.name in asked]
    hindrances = await asyncio.gather(
        *(asyncio.to_thread(family.prepare) for family in families), return_exceptions=True
    )
    ready = []
    for family, hindrance in zip(families, hindrances, strict=True):
        if isinstance(hindrance, NotHereError):
            names = ", ".join(each.name for each in (*family.clients, *family.readers))
            say(f"skipped: {family.name} ({names}): {hindrance}")
        elif hindrance is not None:
            raise hindrance
        else:
            ready.append(family)
    return ready


async def output(program: Program, told: dict[str, Any]) -> list[dict[str, Any]]:
    """The JSON lines that a program prints when it is told where to call."""
    process = await asyncio.create_subprocess_exec(
        *program.command,
        cwd=HERE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PROGRAM_TIMEOUT_S):
            printed, complained = await process.communicate(json.dumps(told).encode())
    except TimeoutError:
        process.kill()
        await process.wait()
        return [{"ended": f"took more than {PROGRAM_TIMEOUT_S} s"}]
    lines = [json.loads(line) for line in printed.splitlines() if line.startswith(b"{")]
    return lines or [{"ended": complained.decode(errors="replace").strip()[-500:]}]


async def rows(programs: list[Program], service: ServiceProcess) -> list[list[str]]:
    """For each client its name and its cells."""
    told = {"url": f"{service.url}/rpc", "key": KEY, "calls": CALLS}
    async with aiohttp.ClientSession(headers={"X-API-Key": KEY}) as http:
        await http.post(told["url"], json={"jsonrpc": "2.0", "id": 1, **RESTOCK})
    places = asyncio.Semaphore(AT_ONCE)

    async def row(program: Program) -> list[str]:
        async with places:
            lines = await output(program, told)
        outcomes = {line.get("check"): line.get("outcome") for line in lines}
        ended = lines[0].get("ended", "it printed nothing")
        return [
            program.name,
            *(
                cell(check, outcomes[check]) if check in outcomes else f"FAIL: {ended}"
                for check in CALLS
            ),
        ]

    return await asyncio.gather(*map(row, programs))


async def findings(programs: list[Program], service: ServiceProcess) -> list[list[str]]:
    """For each reader of the document its name, what it looked at and its problems."""
    _, document = await service.get("/openrpc.json")
    told = {"url": f"{service.url}/rpc", "key": KEY, "document": json.loads(document)}
    found = []
    for program in programs:
        (line, *_) = await output(program, told)
        problems = [line["ended"]] if "ended" in line else line["problems"]
        found.append([program.name, line.get("found", ""), *problems])
    return found


def table(rows: list[list[str]], heads: list[str]) -> None:
    """Print rows in columns; what failed follows the table in full."""
    short = [[text.partition(":")[0] for text in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(heads, *short, strict=True)]
    for row in (heads, *short):
        say("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())
    for name, *cells in rows:
        for head, text in zip(heads[1:], cells, strict=True):
            if text.startswith("FAIL"):
                say(f"{name}, {head}: {text}")


def tell(found: list[list[str]]) -> None:
    """Print what each reader of the document looked at, and its problems."""
    width = max((len(name) for name, *_ in found), default=0)
    for name, looked, *problems in found:
        say(f"{name.ljust(width)}  {'FAIL' if problems else 'ok'}  {looked}")
        for problem in problems[:PROBLEMS_SHOWN]:
            say(f"{' ' * width}  {problem[:500]}")
        if len(problems) > PROBLEMS_SHOWN:
            say(f"{' ' * width}  and {len(problems) - PROBLEMS_SHOWN} more")


async def main() -> int:
    """Install, serve, call, print."""
    asked = sys.argv[1:]
    unknown = set(asked) - {family.name for family in FAMILIES}
    if unknown:
        sys.exit(f"no family is called {', '.join(unknown)}")
    families = await prepared(asked)
    clients = [program for family in families for program in family.clients]
    readers = [program for family in families for program in family.readers]
    with tempfile.TemporaryDirectory() as folder:
        found: list[list[str]] = []
        tried: list[list[str]] = []
        if readers:
            # On data that nobody has changed: the examples are about these.
            async with service_process(Path(folder) / "fresh") as service:
                found = await findings(readers, service)
        if clients:
            data = Path(folder) / "data"
            async with service_process(data, call_deadline_s=DEADLINE_S) as service:
                tried = await rows(clients, service)
    table(tried, ["client", *CALLS])
    say()
    tell(found)
    cells = [text for row in tried for text in row[1:]]
    failed = sum(text.startswith("FAIL") for text in cells) + sum(len(row) > 2 for row in found)
    say(f"\n{len(cells) + len(found) - failed} passed, {failed} failed")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
