"""Keys and payment tokens are in no log, no trace, no metric and no error, whatever goes wrong."""

import asyncio
import json
import os
import signal
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.rpc_client import RpcClient
from tests.support.service_process import ServiceProcess, gone, service_process

ADMIN_KEY = "canary-admin-key-5d1f0c"
WRONG_KEY = "octavo_7_canary-wrong-key-77aa"
TOKENS = ("tok_ok", "tok_declined", "tok_error", "canary-token-9e41")
CARD = "canary-card-number-4111"


def order(book_id: int, payment: Any, **more: Any) -> dict[str, Any]:
    params = {
        "items": [{"book_id": book_id, "quantity": 1}],
        "customer": {"name": "Ada"},
        "payment": payment,
        **more,
    }
    return {"jsonrpc": "2.0", "method": "orders.place", "params": params, "id": 1}


async def answer(service: ServiceProcess, key: str, body: Any) -> str:
    """The text that answers a body, headers included; the failure if nothing does."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"X-API-Key": key, "Content-Type": "application/json"}
    try:
        async with (
            aiohttp.ClientSession(headers=headers) as http,
            http.post(f"{service.url}/rpc", data=data) as response,
        ):
            return f"{response.headers}{await response.text()}"
    except aiohttp.ClientError as failure:
        return str(failure)


async def misuse(service: ServiceProcess, keys: list[str], book_id: int) -> list[str]:
    """What answers calls with secrets in all the wrong places."""
    payments: list[Any] = [{"token": token} for token in TOKENS]
    payments += [{"token": [CARD]}, {"token": "tok_ok", "card": CARD}, CARD, {"number": CARD}]
    bodies: list[Any] = [order(book_id, payment) for payment in payments]
    bodies += [order(book_id, {"token": CARD}, idempotency_key="once")]
    bodies += [[bodies[0], CARD, bodies[5]], f'{{"token": "{CARD}"'.encode()]
    return [await answer(service, key, body) for key in keys for body in bodies]


async def test_no_secret_is_in_any_log_metric_or_error(tmp_path: Path) -> None:
    async with service_process(tmp_path / "data", demo=0, admin_key=ADMIN_KEY) as service:
        async with RpcClient(service.url, ADMIN_KEY) as rpc:
            book = await rpc(
                "books.create", title="S", authors=["N."], pages=9, price=1, quantity=90
            )
            clerk, revoked = [await rpc("keys.create", name="till", role="clerk") for _ in range(2)]
            await rpc("keys.revoke", id=revoked["id"])
        keys = [ADMIN_KEY, clerk["key"], revoked["key"], WRONG_KEY]
        told = await misuse(service, keys, book["id"])
        engine = service.engine_pid()
        if engine is not None:
            under_way = asyncio.gather(*(misuse(service, [key], book["id"]) for key in keys))
            os.kill(engine, signal.SIGKILL)
            told += [text for texts in await under_way for text in texts]
            await gone(engine)
            await service.wait_ready()
        told.append((await service.get("/metrics"))[1])
        await service.stop()
        written = [
            path.read_text(errors="replace")
            for path in (service.log_path, *service.data_dir.rglob("*.log"))
        ]

    secrets = [*keys, CARD, "canary-token"]
    if service.uses_embedded_engine:
        secrets.append((service.data_dir / "engine.password").read_text())
    assert service.log_path.stat().st_size
    for text in (*told, *written):
        assert [secret for secret in secrets if secret in text] == []
