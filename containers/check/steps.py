"""What is checked of the running containers, in this order."""

import json
import os
import signal
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Final

from check import (
    BEFORE_USERS,
    BEFORE_USERS_CHECK,
    KEY,
    PORT,
    CheckError,
    Place,
    call,
    post,
    require,
    until,
)

OWN_USER: Final = """
import os
from pymongo import MongoClient
from pymongo.errors import OperationFailure
url = os.environ["OCTAVO_MONGO_URL"]
def refused(url, database, collection):
    try:
        MongoClient(url, serverSelectionTimeoutMS=5000)[database][collection].find_one()
    except OperationFailure:
        return True
assert MongoClient(url)["octavo"]["books"].find_one()
assert refused("mongodb://" + url.partition("@")[2], "octavo", "books"), "no user"
assert refused(url, "other", "books"), "another database"
assert not any(os.environ[name] for name in ("MONGO_PASSWORD", "MONGO_ADMIN_PASSWORD"))
"""


def starts_as_a_demo(place: Place) -> str:
    """Make up, without any setting."""
    place.configure()
    said = place.make("up")
    require("demo with the key secret123" in said, f"it does not say that it is a demo:\n{said}")
    require(f":{PORT}/rpc" in said, "it does not say where it answers")
    return f"sells, {call('sales.create', book_id=3)['stock_left']} left"


def has_its_own_user(place: Place) -> None:
    """The service signs in as octavo, which reaches its database alone."""
    place.inside("octavo", OWN_USER)


def takes_settings(place: Place) -> str:
    """Every setting of .env reaches the service, and make up tells what runs."""
    names = [
        line[1:].partition("=")
        for line in (place.checkout / ".env.example").read_text().splitlines()
        if line.startswith("#OCTAVO_")
    ]
    own = {"OCTAVO_PORT": PORT, "OCTAVO_DEMO": 0, "OCTAVO_ADMIN_KEY": KEY}
    own |= {"OCTAVO_BATCH_CALLS_MAX": 7, "OCTAVO_WORKERS": 2, "OCTAVO_STOP_GRACE_S": 16}
    given = {name: value for name, _, value in names if value} | own
    place.configure(**given)
    said = place.make("up")
    require("demo" not in said, f"it says that it is a demo:\n{said}")
    ping = {"jsonrpc": "2.0", "method": "books.get", "params": {"id": 1}, "id": 1}
    require(post([ping] * 8, KEY)["error"]["data"]["type"] == "batch_too_large", "the limit")
    require(len(post([ping] * 7, KEY)) == 7, "seven calls")  # noqa: PLR2004 - as set above
    require("error" in post(ping, "secret123"), "the demo key is refused")
    seen = json.loads(
        place.inside("octavo", "import json, os; print(json.dumps(dict(os.environ)))")
    )
    decided = {"OCTAVO_HOST", "OCTAVO_DATA_DIR"}
    lost = {name for name, value in given.items() if seen.get(name) != str(value)} - decided
    require(not lost, f"not seen by the service: {lost}")
    return f"{len(given)} settings"


def comes_back(place: Place) -> str:
    """The database and the service are killed, and come back by themselves."""
    sold = call("sales.create", KEY, book_id=2)["id"]
    found = []
    for service in ("mongo", "octavo"):
        os.kill(place.process_of(service), signal.SIGKILL)
        time.sleep(0.5)
        found.append(f"{service} after {until(lambda: call('sales.get', KEY, id=sold)):.1f} s")
    return ", ".join(found)


def loads_and_exports(place: Place) -> None:
    """data.export and data.load in the service's container, as operations.md has it."""
    books = place.compose("exec", "-T", "octavo", "python", "-m", "data.export", "books")
    load = "cat > /tmp/books.csv && python -m data.load books /tmp/books.csv"
    lines = [line for line in books.splitlines() if "," in line]
    require(len(lines) > 10, books)  # noqa: PLR2004 - the demo has more
    new = "title,authors,pages,price,quantity\nUp Check,A. Nobody,10,1.00,3\n"
    place.compose("exec", "-T", "octavo", "sh", "-c", load, said=new)
    require(call("books.list", KEY, title="up check")["items"], "the loaded book is not there")


def stops_within_its_grace(place: Place) -> str:
    """Docker compose stop ends the service with exit code 0."""
    container = place.compose("ps", "-q", "octavo").strip()
    started = time.monotonic()
    place.compose("stop", "octavo")
    seconds = time.monotonic() - started
    state = json.loads(place.docker("inspect", "-f", "{{json .State}}", container))
    require(state["ExitCode"] == 0, f"exit code {state['ExitCode']}")
    require(seconds < 20, f"{seconds:.1f} s")  # noqa: PLR2004 - OCTAVO_STOP_GRACE_S is 16
    return f"{seconds:.1f} s"


def is_observed(place: Place) -> str:
    """Prometheus of `make up-observed` fetches the metrics and takes the dashboard's queries."""
    place.configure(OCTAVO_PORT=8000)
    # Grafana's image can't be made here.
    place.compose("--profile", "observed", "up", "--detach", "octavo", "prometheus")
    until(lambda: query("up{job='octavo'}")[0]["value"][1] == "1")
    board = json.loads((place.checkout / "containers/grafana/dashboards/octavo.json").read_text())
    expressions = [each["expr"] for panel in board["panels"] for each in panel["targets"]]
    for expression in expressions:
        query(expression.replace("$__rate_interval", "1m"))
    return f"{len(expressions)} queries"


def query(expression: str) -> list[dict[str, list[str]]]:
    """What Prometheus answers."""
    url = f"http://127.0.0.1:9090/api/v1/query?{urllib.parse.urlencode({'query': expression})}"
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            result: list[dict[str, list[str]]] = json.load(response)["data"]["result"]
            return result
    except OSError as failure:
        raise CheckError(f"{expression}: {failure}") from failure


def upgrades_a_volume(place: Place) -> None:
    """A volume without users, of an earlier version, gets them and keeps its rows."""
    place.compose("--profile", "observed", "down", "--volumes")
    place.configure()
    old = Path("before.yml")
    (place.checkout / old).write_text(BEFORE_USERS % BEFORE_USERS_CHECK)
    files = ("-f", "docker-compose.yml", "-f", "docker-compose.override.yml", "-f", str(old))
    place.compose(*files, "up", "--detach", "--wait")
    sold = call("sales.create", book_id=3)["id"]
    place.compose(*files, "down")
    place.make("up")
    require(call("sales.get", id=sold)["id"] == sold, "the sale is lost")
    place.inside("octavo", OWN_USER)


def keeps_its_data(place: Place) -> None:
    """Make down keeps the data; a new password of octavo is taken at the next make up."""
    sold = call("sales.create", book_id=4)["id"]
    place.make("down")
    place.configure(MONGO_PASSWORD="another-one")  # noqa: S106 - of this check
    place.make("up")
    require(call("sales.get", id=sold)["id"] == sold, "the sale is lost")


def runs_as_a_cluster(place: Place) -> str:
    """Make up-cluster: the service on a set of three sells on without one of its followers."""
    place.compose("down", "--volumes")
    place.configure()
    place.make("up-cluster")
    cluster = ("-f", "docker-compose.cluster.yml")
    try:
        place.compose(*cluster, "kill", "mongo3")
        left = call("sales.create", book_id=5)["stock_left"]
    finally:
        place.compose(*cluster, "down", "--volumes")
    return f"sells, {left} left"


def runs_sharded(place: Place) -> str:
    """The file of a sharded cluster: the service sells through mongos, which knows both shards."""
    sharded = ("-f", "docker-compose.sharded.yml")
    try:
        place.compose(*sharded, "up", "--build", "--detach", "--wait")
        left = call("sales.create", book_id=6)["stock_left"]
    finally:
        place.compose(*sharded, "down", "--volumes")
    return f"sells, {left} left"


STEPS: Final = (
    starts_as_a_demo,
    has_its_own_user,
    takes_settings,
    comes_back,
    loads_and_exports,
    stops_within_its_grace,
    is_observed,
    upgrades_a_volume,
    keeps_its_data,
    runs_as_a_cluster,
    runs_sharded,
)
