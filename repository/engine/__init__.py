"""The embedded engine: its launcher and locks, its process, and what is mended in that process."""

from repository.engine.launcher import EngineStartError, embedded_engine

__all__ = ["EngineStartError", "embedded_engine"]
