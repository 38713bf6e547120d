from importlib import import_module

import pytest


@pytest.fixture(autouse=True)
def _only_the_reactions_and_jobs_of_the_test():
    """Let a test declare its own reactions and jobs, and forget them afterwards."""
    # Imported late: this file is read before Django is set up.
    registries = [
        import_module("qunluo.kernel.delivery.registry").REACTIONS,
        import_module("qunluo.kernel.schedule.registry").JOBS,
    ]
    kept = [dict(registry) for registry in registries]
    for registry in registries:
        registry.clear()
    yield
    for registry, before in zip(registries, kept, strict=True):
        registry.clear()
        registry.update(before)


@pytest.fixture
def rate_limits(monkeypatch):
    """Switch rate limits on, which other tests do without."""
    monkeypatch.delenv("QUNLUO_NO_RATE_LIMITS", raising=False)
