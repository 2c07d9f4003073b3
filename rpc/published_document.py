"""The OpenRPC document as it goes out: as JSON, with the URL at which its reader reaches us."""

import gzip
import hashlib
from functools import cached_property, lru_cache
from typing import Any, Final

import orjson
from aiohttp import ETag, hdrs, web

from rpc.asked_host import host_in
from rpc.http_response import JSON

COPIES_KEPT_MAX: Final = 8
GZIP: Final = "gzip"
GZIP_LEVEL: Final = 6
DIGEST_CHARACTERS: Final = 32


class Copy:
    """The document with one URL in it."""

    def __init__(self, document: dict[str, Any], url: str) -> None:
        servers = [document["servers"][0] | {"url": url}]
        self.json = orjson.dumps(document | {"servers": servers})

    @cached_property
    def zipped(self) -> bytes:
        """The JSON, compressed."""
        return gzip.compress(self.json, GZIP_LEVEL, mtime=0)

    @cached_property
    def digest(self) -> str:
        """What changes when the document does."""
        return hashlib.sha256(self.json).hexdigest()[:DIGEST_CHARACTERS]


class PublishedDocument:
    """The document for every reader.

    Its server is the public URL, or else the host that the reader asked; without either it stays as
    it is. Copies for the hosts asked last are kept.
    """

    def __init__(self, document: dict[str, Any], public_url: str | None = None) -> None:
        self._own_url = document["servers"][0]["url"]
        self._public_url = public_url
        self._copy = lru_cache(COPIES_KEPT_MAX)(lambda url: Copy(document, url))

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
