"""The OpenRPC document as it goes out: as JSON, with the URL at which its reader reaches us."""

import hashlib
import zlib
from functools import lru_cache
from typing import Any, Final

import orjson
from aiohttp import ETag, hdrs, web

from rpc.asked_host import host_in
from rpc.http_response import JSON

COPIES_KEPT_MAX: Final = 8
GZIP: Final = "gzip"
GZIP_LEVEL: Final = 6
GZIP_FORMAT: Final = 16 + zlib.MAX_WBITS
DIGEST_CHARACTERS: Final = 32


class Start:
    """The document up to its servers, which come last: digested and compressed once for all."""

    def __init__(self, document: dict[str, Any]) -> None:
        (self._server,) = document["servers"]
        before = {name: document[name] for name in document if name != "servers"}
        self.json = orjson.dumps(before)[:-1]
        self.digest = hashlib.sha256(self.json)
        self.packer = zlib.compressobj(GZIP_LEVEL, wbits=GZIP_FORMAT)
        self.zipped = self.packer.compress(self.json)

    def end_with(self, url: str) -> bytes:
        """The rest of the document."""
        return b',"servers":' + orjson.dumps([self._server | {"url": url}]) + b"}"


class Copy:
    """The document with one URL in it, made of the `start` that all copies have in common."""

    def __init__(self, start: Start, url: str) -> None:
        end = start.end_with(url)
        self.json = start.json + end
        digest = start.digest.copy()
        digest.update(end)
        self.digest = digest.hexdigest()[:DIGEST_CHARACTERS]
        """What changes when the document does."""
        packer = start.packer.copy()
        self.zipped = start.zipped + packer.compress(end) + packer.flush()
        """The JSON, compressed."""


class PublishedDocument:
    """The document for every reader.

    Its server is the public URL, or else the host that the reader asked; without either it stays as
    it is. Copies for the hosts asked last are kept; another one costs little.
    """

    def __init__(self, document: dict[str, Any], public_url: str | None = None) -> None:
        self._own_url = document["servers"][0]["url"]
        self._public_url = public_url
        start = Start(document)
        self._copy = lru_cache(COPIES_KEPT_MAX)(lambda url: Copy(start, url))

    def for_host(self, host: str | None) -> Copy:
        """The document for a reader who asked that host."""
        of_host = self._own_url if host is None else f"http://{host}/rpc"
        return self._copy(self._public_url or of_host)

    def response_to(self, request: web.Request) -> web.Response:
        """The document, compressed if the client takes it; 304 if the client has it already."""
        copy = self.for_host(host_in(request.headers))
        zips = _takes_gzip(request.headers.getall(hdrs.ACCEPT_ENCODING, []))
        etag = f"{copy.digest}-{GZIP}" if zips else copy.digest
        headers = {
            hdrs.ETAG: f'"{etag}"',
            hdrs.CACHE_CONTROL: "no-cache",
            hdrs.VARY: hdrs.ACCEPT_ENCODING,
        }
        if _has(request.if_none_match, etag):
            return web.Response(status=304, headers=headers)
        headers |= {hdrs.CONTENT_TYPE: JSON} | ({hdrs.CONTENT_ENCODING: GZIP} if zips else {})
        return web.Response(body=copy.zipped if zips else copy.json, headers=headers)


def _has(etags: tuple[ETag, ...] | None, etag: str) -> bool:
    """Whether If-None-Match names the entity: by the weak comparison of RFC 9110, 13.1.2."""
    return any(each.value in {etag, "*"} for each in etags or ())


def _takes_gzip(accepted: list[str]) -> bool:
    """Whether Accept-Encoding has gzip, with another weight than 0 (RFC 9110, 12.5.3)."""
    weights = {}
    for each in ",".join(accepted).lower().split(","):
        name, _, weight = each.partition(";")
        weights[name.strip()] = weight.strip().removeprefix("q=").strip()
    weight = weights.get(GZIP, weights.get("*", "0"))
    return weight.strip("0.") != "" or weight == ""
