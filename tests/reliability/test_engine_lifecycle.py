"""The embedded engine comes and goes with its users, whatever becomes of them."""

from pathlib import Path

from tests.service_process import gone, service_process


async def test_a_stopped_service_leaves_no_engine(tmp_path: Path) -> None:
    async with service_process(tmp_path / "data") as service:
        engine = service.engine_pid()
        assert engine is not None

        assert await service.stop() == 0

        await gone(engine, timeout_s=1.0)
