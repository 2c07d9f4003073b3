"""Services that several tests share: a start takes seconds, and each test makes its own rows."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from tests.support.rpc_client import RpcClient
from tests.support.service_process import ServiceProcess, service_process

WithWorkers = Callable[[int], Awaitable[ServiceProcess]]


@pytest.fixture(scope="session")
async def with_workers(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WithWorkers]:
    """A running service with so many workers, the same one for all who ask."""
    running: dict[int, ServiceProcess] = {}
    async with contextlib.AsyncExitStack() as stack:

        async def service(workers: int) -> ServiceProcess:
            if workers not in running:
                data_dir = tmp_path_factory.mktemp("shared") / "data"
                start = service_process(data_dir, workers=workers)
                running[workers] = await stack.enter_async_context(start)
            return running[workers]

        yield service


@pytest.fixture(params=[1, 2], ids=["one worker", "two workers"])
async def service(request: pytest.FixtureRequest, with_workers: WithWorkers) -> ServiceProcess:
    """A service, with one worker and then with two."""
    return await with_workers(request.param)


@pytest.fixture
async def two_workers(with_workers: WithWorkers) -> AsyncIterator[RpcClient]:
    """A client of one of two workers: the other may show it its own writes half a second later."""
    async with RpcClient((await with_workers(2)).url, over_one_connection=True) as client:
        yield client


@pytest.fixture
async def rpc(service: ServiceProcess) -> AsyncIterator[RpcClient]:
    """A client of the service, or of one of its two workers."""
    async with RpcClient(service.url, over_one_connection=True) as client:
        yield client
