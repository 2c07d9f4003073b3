"""/openrpc.json and rpc.discover: where the service says it is, and how the file is cached."""

import gzip
import json
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
import pytest
from pydantic import ValidationError

from rpc.application import REGISTRY, make_application
from rpc.openrpc_document import openrpc_document
from rpc.published_document import PublishedDocument
from rpc.settings import Settings
from tests.support.rpc_client import RpcClient
from tests.support.served import served

PUBLIC_URL = "https://octavo.example.org/shop/rpc"
DISCOVER = {"jsonrpc": "2.0", "method": "rpc.discover", "id": 1}


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    """A client that sends no header of its own but Host, and decompresses nothing."""
    skipped = ("Accept-Encoding", "Accept", "User-Agent")
    connector = aiohttp.TCPConnector(force_close=True)
    async with aiohttp.ClientSession(
        connector=connector, skip_auto_headers=skipped, auto_decompress=False
    ) as client:
        yield client


async def get(
    http: aiohttp.ClientSession, service_url: str, **headers: str
) -> tuple[int, Mapping[str, str], bytes]:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    async with http.get(f"{service_url}/openrpc.json", headers=named) as response:
        return response.status, response.headers, await response.read()


def url_in(document: Any) -> str:
    (server,) = document["servers"]
    return str(server["url"])


@pytest.mark.parametrize("host", ["shop.example.org", "127.0.0.1:18000", "[::1]:8000"])
async def test_both_name_the_host_that_was_asked(
    service_url: str, http: aiohttp.ClientSession, host: str
) -> None:
    _, _, body = await get(http, service_url, Host=host)
    async with http.post(f"{service_url}/rpc", json=DISCOVER, headers={"Host": host}) as response:
        discovered = (await response.json())["result"]

    assert url_in(json.loads(body)) == f"http://{host}/rpc"
    assert discovered == json.loads(body)


async def test_discovery_in_a_batch_names_the_host_too(
    service_url: str, http: aiohttp.ClientSession
) -> None:
    headers = {"Host": "shop.example.org", "X-API-Key": "secret123"}
    async with http.post(f"{service_url}/rpc", json=[DISCOVER] * 2, headers=headers) as response:
        answers = await response.json()

    assert [url_in(each["result"]) for each in answers] == ["http://shop.example.org/rpc"] * 2


async def test_a_malformed_host_is_not_repeated(
    service_url: str, http: aiohttp.ClientSession
) -> None:
    _, _, body = await get(http, service_url, Host="evil.example.org/'><script>")

    assert url_in(json.loads(body)) == "http://localhost:0/rpc"


async def test_both_name_the_public_url_where_there_is_one(
    settings: Settings, http: aiohttp.ClientSession
) -> None:
    public = settings.model_copy(update={"public_url": PUBLIC_URL})
    async with served(make_application(public)) as url, RpcClient(url) as rpc:
        _, _, body = await get(http, url, Host="inside.example.org")
        discovered = await rpc("rpc.discover")

    assert url_in(json.loads(body)) == url_in(discovered) == PUBLIC_URL


@pytest.mark.parametrize("url", ["octavo.example.org/rpc", "https://", "ftp://a/rpc", "https://a"])
def test_a_public_url_that_is_not_whole_stops_the_start(url: str) -> None:
    with pytest.raises(ValidationError, match="public_url"):
        Settings(public_url=url)


async def test_it_is_compressed_for_those_who_take_it(
    service_url: str, http: aiohttp.ClientSession
) -> None:
    _, plain_headers, plain = await get(http, service_url)
    _, headers, zipped = await get(http, service_url, Accept_Encoding="br;q=1.0, gzip;q=0.8")

    assert (headers["Content-Encoding"], headers["Content-Type"]) == ("gzip", "application/json")
    assert gzip.decompress(zipped) == plain
    assert len(zipped) < len(plain) / 5
    assert "Content-Encoding" not in plain_headers
    assert plain_headers["Vary"] == headers["Vary"]
    assert "Accept-Encoding" in headers["Vary"]


@pytest.mark.parametrize(
    ("accepted", "zipped"),
    [
        ("gzip", True),
        ("GZIP", True),
        ("*", True),
        ("*;q=0.5", True),
        ("gzip;q=0", False),
        ("gzip; q=0.0, *", False),
        ("*;q=0", False),
        ("identity", False),
        ("", False),
    ],
)
async def test_the_client_says_whether_it_takes_it(
    service_url: str, http: aiohttp.ClientSession, accepted: str, *, zipped: bool
) -> None:
    _, headers, _ = await get(http, service_url, Accept_Encoding=accepted)

    assert ("Content-Encoding" in headers) is zipped


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
async def test_a_client_that_has_it_gets_304(
    service_url: str, http: aiohttp.ClientSession, encoding: str
) -> None:
    _, headers, _ = await get(http, service_url, Accept_Encoding=encoding)
    etag = headers["ETag"]
    for known in (etag, f'"other", {etag}', f"W/{etag}", "*"):
        status, again, body = await get(
            http, service_url, Accept_Encoding=encoding, If_None_Match=known
        )

        assert (status, again["ETag"], body) == (304, etag, b"")
    status, _, body = await get(
        http, service_url, Accept_Encoding=encoding, If_None_Match='"other"'
    )
    assert (status, bool(body)) == (200, True)


async def test_the_etag_differs_by_host_and_by_encoding(
    service_url: str, http: aiohttp.ClientSession
) -> None:
    etags = [
        (await get(http, service_url, Host=host, Accept_Encoding=encoding))[1]["ETag"]
        for host in ("one.example.org", "two.example.org")
        for encoding in ("gzip", "identity")
    ]

    assert len(set(etags)) == 4


def test_copies_for_ever_new_hosts_are_not_all_kept() -> None:
    published = PublishedDocument(openrpc_document(REGISTRY))
    first = published.for_host("first.example.org")
    assert published.for_host("first.example.org") is first
    for number in range(8):
        published.for_host(f"host{number}.example.org")

    assert published.for_host("first.example.org") is not first
    assert published.for_host("first.example.org").digest == first.digest


def test_a_new_host_costs_little_of_what_the_whole_document_does() -> None:
    published = PublishedDocument(openrpc_document(REGISTRY))
    whole = published.for_host("first.example.org").json
    of_ten, of_a_hundred, copies = [], [], []
    for attempt in range(3):  # what else the machine does only adds to the time
        began = time.process_time()
        for _ in range(10):
            gzip.compress(whole)
        of_ten.append(time.process_time() - began)
        began = time.process_time()
        copies = [published.for_host(f"host{number}.{attempt}.example") for number in range(100)]
        of_a_hundred.append(time.process_time() - began)

    assert min(of_a_hundred) < min(of_ten)
    assert gzip.decompress(copies[99].zipped) == copies[99].json
    assert url_in(json.loads(copies[99].json)) == "http://host99.2.example/rpc"


def test_all_copies_are_the_whole_document() -> None:
    document = openrpc_document(REGISTRY)
    copy = PublishedDocument(document).for_host(None)

    assert json.loads(copy.json) == document
    assert gzip.decompress(copy.zipped) == copy.json
