"""The pages at /docs and /console: all of them come from this service, nothing is read as HTML."""

import re
import shutil
import subprocess
from html.parser import HTMLParser
from urllib.parse import urljoin

import aiohttp
import pytest

from domain.keys import DEMO_KEY
from rpc import console_page, docs_page
from rpc.application import make_application
from rpc.settings import Settings
from rpc.static_files import CONTENT_TYPES, NO_DEMO_KEY
from tests.support.served import served

FILES = {
    path: page.FOLDER / name
    for page in (docs_page, console_page)
    for path, name in page.FILES.items()
}
TEXTS = {path: file.read_text() for path, file in FILES.items()}
PAGES = ("/docs", "/console")
SCRIPTS = [path for path in TEXTS if path.endswith(".js")]
every_script = pytest.mark.parametrize("path", SCRIPTS)
every_page = pytest.mark.parametrize("path", PAGES)
SVG_NAMESPACE = "http://www.w3.org/2000/svg"
every_file = pytest.mark.parametrize("path", TEXTS)


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


@every_file
async def test_a_file_comes_with_its_type_and_a_strict_policy(service_url: str, path: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{service_url}{path}") as response:
        assert response.status == 200
        content_type = CONTENT_TYPES[FILES[path].suffix]
        assert response.headers["Content-Type"] == f"{content_type}; charset=utf-8"
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        policy = response.headers["Content-Security-Policy"]
        assert (await response.text()).replace(DEMO_KEY, "") == TEXTS[path]

    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@every_page
async def test_everything_a_page_refers_to_is_served(service_url: str, path: str) -> None:
    targets = Links(TEXTS[path]).targets

    assert {"docs/base.css", "docs", "console"} <= targets
    async with aiohttp.ClientSession() as http:
        for target in targets:
            async with http.get(urljoin(f"{service_url}{path}", target)) as response:
                assert response.status == 200, target


@every_page
async def test_a_page_knows_the_demo_key_where_demo_mode_runs(service_url: str, path: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{service_url}{path}") as response:
        assert f'<meta name="demo-key" content="{DEMO_KEY}">' in await response.text()


@every_page
async def test_no_page_knows_a_key_outside_demo_mode(settings: Settings, path: str) -> None:
    key = "a key of the operator's own"
    application = make_application(settings.model_copy(update={"demo": False, "admin_key": key}))

    async with (
        served(application) as url,
        aiohttp.ClientSession() as http,
        http.get(f"{url}{path}") as response,
    ):
        text = await response.text()

    assert NO_DEMO_KEY in text
    assert key not in text
    assert DEMO_KEY not in text


@pytest.mark.parametrize("path", ["/", "/docs/"])
async def test_who_looks_around_is_led_to_the_page(service_url: str, path: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{service_url}{path}") as response:
        assert response.url.path == "/docs"


@every_file
def test_a_file_refers_to_nothing_outside(path: str) -> None:
    addresses = re.findall(r"(?:\w+:)?//[\w.-]+\.[\w./-]+", TEXTS[path])

    assert set(addresses) <= {SVG_NAMESPACE}
    assert "@import" not in TEXTS[path]


@every_page
def test_a_page_holds_no_code_and_no_style_that_the_policy_would_forbid(path: str) -> None:
    assert Links(TEXTS[path]).inline == []


@every_script
def test_what_the_service_answers_is_never_read_as_html_or_code(path: str) -> None:
    ways = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function|DOMParser"

    assert not re.search(ways, TEXTS[path])


@every_script
def test_nothing_is_kept_beyond_the_session(path: str) -> None:
    assert not re.search(r"localStorage|indexedDB|cookie", TEXTS[path])


@every_script
@pytest.mark.skipif(shutil.which("node") is None, reason="node is not here")
def test_a_script_is_javascript(path: str) -> None:
    command = ["node", "--check", "--input-type=module"]

    checked = subprocess.run(  # noqa: S603 - node on our own file
        command, input=TEXTS[path], capture_output=True, text=True, check=False
    )

    assert checked.returncode == 0, checked.stderr
