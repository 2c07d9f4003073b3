"""The quick scenarios of `make faults`: nothing lost, nothing twice, and all works again."""

import pytest

from tests.faults.frame import Scenario, all_scenarios, perform

QUICK = [each for each in all_scenarios() if each.quick]


@pytest.mark.parametrize("scenario", QUICK, ids=lambda scenario: scenario.name)
async def test_a_fault_costs_nothing_that_was_acknowledged_and_heals(scenario: Scenario) -> None:
    result = await perform(scenario)

    if result.skipped:
        pytest.skip(result.skipped)
    assert result.failures == []


def test_scenarios_have_names_of_their_own() -> None:
    names = [each.name for each in all_scenarios()]

    assert len({*names}) == len(names)
