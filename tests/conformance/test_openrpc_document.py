"""The service describes itself, and what it says holds. The examples are sent over HTTP."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from jsonschema import Draft7Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT7

from rpc.application import REGISTRY
from rpc.openrpc_document import openrpc_document
from tests.conformance.openrpc_schema import OPENRPC_SCHEMA
from tests.support.documented import Documented
from tests.support.rpc_client import RpcClient

DOCUMENT = json.loads(json.dumps(openrpc_document(REGISTRY)))
PUBLISHED_META_SCHEMA = os.environ.get("OPENRPC_META_SCHEMA")
SCHEMA_OF_SCHEMAS = "https://meta.json-schema.tools"
METHODS = {method["name"]: method for method in DOCUMENT["methods"]}
every_method = pytest.mark.parametrize("name", METHODS)


def problems(schema: Any, document: Any) -> list[str]:
    draft7 = Resource(Draft7Validator.META_SCHEMA, DRAFT7)
    registry: Registry[Any] = Registry().with_resources(
        [(SCHEMA_OF_SCHEMAS, draft7), (f"{SCHEMA_OF_SCHEMAS}/", draft7)]
    )
    validator = Draft7Validator(schema, registry=registry)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]


def references(value: Any) -> set[str]:
    if isinstance(value, list):
        return {found for each in value for found in references(each)}
    if not isinstance(value, dict):
        return set()
    here = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
    return here | {found for each in value.values() for found in references(each)}


def test_it_has_the_form_that_the_specification_asks_for() -> None:
    elsewhere = openrpc_document(REGISTRY, "http://localhost:8000/rpc")

    assert problems(OPENRPC_SCHEMA, DOCUMENT) == []
    assert problems(OPENRPC_SCHEMA, elsewhere) == []
    assert elsewhere["servers"][0]["url"] == "http://localhost:8000/rpc"


def test_who_changes_a_document_changes_no_other() -> None:
    changed = openrpc_document(REGISTRY)
    changed["methods"].clear()
    changed["info"].clear()

    assert json.loads(json.dumps(openrpc_document(REGISTRY))) == DOCUMENT


def test_a_document_of_another_form_would_be_noticed() -> None:
    nameless = {key: value for key, value in DOCUMENT["methods"][0].items() if key != "name"}

    assert problems(OPENRPC_SCHEMA, DOCUMENT | {"methods": [nameless]})
    assert problems(OPENRPC_SCHEMA, DOCUMENT | {"contact": "none"})


@pytest.mark.skipif(PUBLISHED_META_SCHEMA is None, reason="OPENRPC_META_SCHEMA names no file")
def test_it_has_the_form_of_the_published_meta_schema() -> None:
    schema = json.loads(Path(str(PUBLISHED_META_SCHEMA)).read_text())

    assert problems(schema, DOCUMENT) == []
    assert problems(schema, DOCUMENT | {"methods": [{}]})


def test_every_reference_leads_to_a_schema_of_the_document() -> None:
    schemas = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}

    assert references(DOCUMENT) <= schemas
    assert schemas <= references(DOCUMENT), "a schema that nothing refers to"


def test_no_schema_contains_itself() -> None:
    inner = {
        f"#/components/schemas/{name}": references(schema)
        for name, schema in DOCUMENT["components"]["schemas"].items()
    }
    while leaves := [name for name, within in inner.items() if not within & inner.keys()]:
        for name in leaves:
            del inner[name]

    assert not inner


@every_method
def test_a_method_is_described_whole(name: str) -> None:
    method = METHODS[name]

    assert method["summary"].endswith((".", "?"))
    assert method["description"].startswith(method["summary"].rstrip("."))
    assert method["paramStructure"] == "either"
    assert method["examples"] or name == "rpc.discover", "its answer would hold itself"
    assert all(content.get("description") for content in method["params"])
    codes = [error["code"] for error in method["errors"]]
    assert len(codes) == len(set(codes))


@every_method
def test_an_example_shows_valid_parameters_and_a_valid_result(name: str) -> None:
    documented = Documented(DOCUMENT)
    required = {content["name"] for content in METHODS[name]["params"] if content["required"]}

    for example in METHODS[name]["examples"]:
        params = {each["name"]: each["value"] for each in example["params"]}
        assert required <= params.keys()
        documented.check_params(name, params)
        documented.check(name, {"result": example["result"]["value"]})


@every_method
def test_an_example_pairs_with_the_parameters_by_position_too(name: str) -> None:
    documented = [content["name"] for content in METHODS[name]["params"]]

    for example in METHODS[name]["examples"]:
        shown = [each["name"] for each in example["params"]]
        assert shown == documented[: len(shown)]


def schemas(value: Any) -> Iterator[dict[str, Any]]:
    """All schemas within a part of the document; examples and defaults are none."""
    if isinstance(value, list):
        for each in value:
            yield from schemas(each)
    if isinstance(value, dict):
        yield value
        for name, each in value.items():
            if name == "properties":
                yield from schemas(list(each.values()))
            elif name not in {"examples", "default", "enum", "const", "data"}:
                yield from schemas(each)


def fields() -> Iterator[tuple[str, dict[str, Any]]]:
    """All fields of all objects of the document, by the object's place and their names."""
    roots = DOCUMENT["components"]["schemas"] | {
        f"{name} {content['name']}": content["schema"]
        for name, method in METHODS.items()
        for content in (*method["params"], method["result"])
    }
    for place, root in roots.items():
        for schema in schemas(root):
            for name, field in schema.get("properties", {}).items():
                yield f"{place}.{name}", field


def test_no_schema_needs_a_reader_that_knows_formats() -> None:
    formatted = [each for _, each in fields() if isinstance(each.get("format"), str)]

    assert len(formatted) > 20
    assert [each for each in formatted if "pattern" not in each] == []


def test_no_field_lacks_a_description() -> None:
    assert [place for place, field in fields() if not field.get("description")] == []


def test_no_field_has_a_title_of_which_a_generator_would_make_a_type() -> None:
    assert len(dict(fields())) > 400
    assert [place for place, field in fields() if isinstance(field.get("title"), str)] == []


def test_no_schema_is_called_like_a_method() -> None:
    methods = {"".join(map(str.title, re.split("[._]", name))) for name in METHODS}
    components = DOCUMENT["components"]["schemas"]
    titles = {each.get("title") for each in schemas(DOCUMENT)}

    assert "LibrarySetCopies" in methods
    assert not methods & (components.keys() | titles)
    assert all(schema["title"] == name for name, schema in components.items())


@every_method
def test_a_result_has_a_name_of_its_own(name: str) -> None:
    schema = METHODS[name]["result"]["schema"]

    assert "$ref" in schema or schema.get("title")


def test_every_number_says_what_it_is_counted_in() -> None:
    units = re.compile("major units|hours|seconds|Pages of a copy|1 for the exact name")
    numbers = {
        place: field["description"]
        for place, field in fields()
        if any(each.get("type") == "number" for each in (field, *field.get("anyOf", ())))
    }

    assert len(numbers) > 40
    assert [place for place, text in numbers.items() if not units.search(text)] == []


def test_instants_days_and_addresses_have_their_formats() -> None:
    formats = {"at": "date-time", "until": "date-time", "date": "date", "email": "email"}
    wanted = {
        place: formats[ending]
        for place, _ in fields()
        if (ending := re.split("[._]", place)[-1]) in formats
    }
    given = {
        place: {each.get("format") for each in (field, *field.get("anyOf", ()))}
        for place, field in fields()
    }

    assert len(wanted) > 50
    assert {place for place, each in wanted.items() if each not in given[place]} == set()


@every_method
def test_an_error_shows_valid_data(name: str) -> None:
    for error in METHODS[name]["errors"]:
        Documented(DOCUMENT).check(name, {"error": error})


async def test_discovery_and_its_file_are_one_document(rpc: RpcClient, service_url: str) -> None:
    async with aiohttp.ClientSession() as http, http.get(f"{service_url}/openrpc.json") as response:
        file = await response.json()

    assert file == await rpc("rpc.discover")
    assert file == DOCUMENT | {"servers": [{"name": "service", "url": f"{service_url}/rpc"}]}


async def test_discovery_needs_no_key(service_url: str) -> None:
    async with RpcClient(service_url, key=None) as stranger:
        assert (await stranger("rpc.discover"))["openrpc"] == "1.2.6"


async def test_the_documented_parameters_are_those_that_are_accepted(rpc: RpcClient) -> None:
    for name, method in METHODS.items():
        documented = {content["name"] for content in method["params"]}
        # An object in an object is no value of any parameter, so nothing is changed by this.
        wrong = {parameter: {"?": {}} for parameter in [*documented, "unheard_of"]}
        response = await rpc.post(rpc.request(name) | {"params": wrong})

        refused = {
            each["parameter"]
            for each in response["error"]["data"]["errors"]
            if each["problem"].startswith("is not a parameter of this method")
            and len(each["path"]) == 1
        }
        assert refused == {"unheard_of"}, name


async def test_the_parameters_documented_as_required_are_those_that_are_missed(
    rpc: RpcClient,
) -> None:
    for name, method in METHODS.items():
        required = {content["name"] for content in method["params"] if content["required"]}
        if not required:
            continue
        response = await rpc.post(rpc.request(name))

        missed = response["error"]["data"]["errors"]
        assert {each["parameter"] for each in missed} == required, name
        assert {each["problem"] for each in missed} == {"is required"}, name


async def test_parameters_by_position_go_in_the_documented_order(rpc: RpcClient) -> None:
    for name, method in METHODS.items():
        too_many = [{"?": {}}] * (len(method["params"]) + 1)
        response = await rpc.post(rpc.request(name) | {"params": too_many})
        assert "by position" in response["error"]["data"]["detail"], name

        response = await rpc.post(rpc.request(name) | {"params": too_many[1:]})
        if method["params"]:
            refused = dict.fromkeys(
                each["parameter"] for each in response["error"]["data"]["errors"]
            )
            assert list(refused) == [content["name"] for content in method["params"]], name
