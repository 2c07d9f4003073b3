"""rpc.discover: the service describes itself (OpenRPC 1.2.6, service discovery method)."""

from typing import Any

from pydantic import RootModel

from domain.examples import with_example
from rpc.asked_host import asked_host
from rpc.method_registry import CallContext, method


class OpenRpcDocument(RootModel[dict[str, Any]]):
    """An OpenRPC document."""

    model_config = with_example(
        openrpc="1.2.6", info={"title": "Octavo", "version": "1.0.0"}, methods=[]
    )


@method("rpc.discover", role=None, example=None)
async def discover(context: CallContext) -> OpenRpcDocument | bytes:
    """Describe all methods as an OpenRPC document; needs no key."""
    return context.services.openrpc.for_host(asked_host()).json
