"""What is asked of a MongoDB server before it is used, and in which words a start is refused."""

import contextlib
from collections.abc import Iterator
from typing import Any, Final

from pymongo.errors import ConfigurationError, ConnectionFailure, InvalidURI, OperationFailure
from pymongo.uri_parser import parse_uri

from domain.errors import NoPrimary

SUPPORTED_VERSIONS: Final = (7, 8)
"""The major versions of MongoDB that the tests run on."""
_WRONG_CREDENTIALS: Final = frozenset({18, 8000})
_UNAUTHORIZED: Final = 13
_DATABASES_OF_MONGODB: Final = frozenset({"admin", "config", "local"})


class MongoUrlError(Exception):
    """The MongoDB URL cannot be used."""


class ReplicaSetMissingError(Exception):
    """The server is a standalone mongod: it has no transactions."""


class ServerRefusesError(Exception):
    """The server refuses the user of the URL, or what that user asks for."""


class ServerVersionError(Exception):
    """The server is of a version that this service was not tested on."""


def database_in(mongo_url: str) -> str | None:
    """The database in the path of a URL, if there is one.

    Raises MongoUrlError for one of MongoDB's own, which is there for the credentials, as a rule.
    """
    try:
        # The host is not looked up: the driver does that with its own time limits.
        name = parse_uri(mongo_url.replace("mongodb+srv://", "mongodb://", 1))["database"]
    except (InvalidURI, ConfigurationError, ValueError) as failure:
        raise MongoUrlError(f"OCTAVO_MONGO_URL is no usable MongoDB URL: {failure}") from failure
    if name in _DATABASES_OF_MONGODB:
        raise MongoUrlError(
            f'The database "{name}" in the path of OCTAVO_MONGO_URL is one of MongoDB\'s own. Name'
            f" another: /octavo?authSource={name}"
        )
    return None if name is None else str(name)


@contextlib.contextmanager
def refusals(database_name: str) -> Iterator[None]:
    """Turn a server's refusal of the user, or of what the user asks for, into ServerRefusesError.

    Raises MongoUrlError for a server that the driver can't work with.
    """
    try:
        yield
    except ConfigurationError as failure:
        raise MongoUrlError(f"OCTAVO_MONGO_URL is no usable MongoDB URL: {failure}") from failure
    except OperationFailure as failure:
        if failure.code in _WRONG_CREDENTIALS:
            raise ServerRefusesError(
                "MongoDB refuses the user or the password in OCTAVO_MONGO_URL"
                f" ({reason_of(failure)}). If both are right, name the database that knows the"
                " user: ?authSource=admin"
            ) from failure
        if failure.code == _UNAUTHORIZED:
            raise ServerRefusesError(
                f"MongoDB refuses what the service asks of it ({reason_of(failure)}). The user in"
                f' OCTAVO_MONGO_URL needs the role readWrite on the database "{database_name}".'
            ) from failure
        raise


def reason_of(failure: OperationFailure) -> str:
    """The server's own words for a failure, in one line."""
    words = str((failure.details or {}).get("errmsg") or failure)
    return " ".join(words.split())


async def require_usable(client: Any) -> None:
    """Raise what makes a server unusable: no replica set, or a version that is not supported.

    Raises NoPrimary when no server answers.
    """
    try:
        hello = await client.admin.command("hello")
        build = await client.admin.command("buildInfo")
    except ConnectionFailure as failure:
        servers = client.delegate.topology_description.server_descriptions()
        places = ", ".join(f"{host}:{port}" for host, port in servers)
        raise NoPrimary(places=places) from failure
    if "setName" not in hello and hello.get("msg") != "isdbgrid":
        raise ReplicaSetMissingError(
            "MongoDB runs as a standalone server, which has no transactions. Start it as a replica"
            " set (mongod --replSet rs0 …, or replication.replSetName in its configuration) and"
            " then run:\n    mongosh --eval 'rs.initiate()'"
        )
    version = str(build.get("version"))
    if version.partition(".")[0] not in map(str, SUPPORTED_VERSIONS):
        supported = " and ".join(map(str, SUPPORTED_VERSIONS))
        raise ServerVersionError(
            f"MongoDB {version} is not supported: this service was tested on versions {supported}."
            " Give OCTAVO_MONGO_URL the address of such a server."
        )
