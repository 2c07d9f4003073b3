"""The interactive page: all of it comes from this service, and nothing in it is read as HTML."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from urllib.parse import urljoin

import aiohttp
import pytest

from rpc.docs_page import FILES, FOLDER

TEXTS = {name: (FOLDER / name).read_text() for name, _ in FILES.values()}
SVG_NAMESPACE = "http://www.w3.org/2000/svg"
every_file = pytest.mark.parametrize("name", TEXTS)


class Links(HTMLParser):
    """Where a page's links and sources lead, and whether it holds code or style of its own."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.targets: set[str] = set()
        self.inline: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.targets |= {str(given[name]) for name in ("href", "src") if name in given}
        self.inline += [name for name in given if name == "style" or name.startswith("on")]
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)


@pytest.mark.parametrize(
    ("path", "content_type"), [(path, kind) for path, (_, kind) in FILES.items()]
)
async def test_a_file_comes_with_its_type_and_a_strict_policy(
    service_url: str, path: str, content_type: str
) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{service_url}{path}") as response:
        assert response.status == 200
        assert response.headers["Content-Type"] == f"{content_type}; charset=utf-8"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        policy = response.headers["Content-Security-Policy"]
        assert await response.text() == TEXTS[FILES[path][0]]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


async def test_everything_the_page_refers_to_is_served(service_url: str) -> None:
    targets = Links(TEXTS["page.html"]).targets

    assert {"docs/page.js", "docs/page.css", "openrpc.json"} <= targets
    async with aiohttp.ClientSession() as http:
        for target in targets:
            async with http.get(urljoin(f"{service_url}/docs", target)) as response:
                assert response.status == 200, target


@pytest.mark.parametrize("path", ["/", "/docs/"])
async def test_who_looks_around_is_led_to_the_page(service_url: str, path: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{service_url}{path}") as response:
        assert response.url.path == "/docs"


@every_file
def test_a_file_refers_to_nothing_outside(name: str) -> None:
    addresses = re.findall(r"(?:\w+:)?//[\w.-]+\.[\w./-]+", TEXTS[name])

    assert set(addresses) <= {SVG_NAMESPACE}
    assert "@import" not in TEXTS[name]


def test_the_page_holds_no_code_and_no_style_that_the_policy_would_forbid() -> None:
    assert Links(TEXTS["page.html"]).inline == []


def test_what_the_service_answers_is_never_read_as_html_or_code() -> None:
    ways = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|DOMParser"

    assert not re.search(ways, TEXTS["page.js"])


def test_the_key_is_kept_in_memory_only() -> None:
    assert not re.search(r"localStorage|sessionStorage|indexedDB|cookie", TEXTS["page.js"])


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not here")
def test_the_script_is_javascript() -> None:
    command = ["node", "--check", str(FOLDER / "page.js")]

    checked = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - node on our own file

    assert checked.returncode == 0, checked.stderr
