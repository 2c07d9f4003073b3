"""What `make bench` makes of the figures: goals, names, files, the chart."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from bench import chart, suite
from bench.__main__ import BENCHES
from bench.frame import Bench, Figure, Goal, Line, Run, at_least, at_most

SVG = "{http://www.w3.org/2000/svg}"


def line(name: str, goal: Goal | None = None, *, needs_before: bool = False) -> Line:
    return Line(name, "a load", "a core", "calls/s", "by hand", goal, needs_before)


def bench(*figures: tuple[Line, list[float], list[float]], name: str = "bench") -> Bench:
    """A bench that has measured already."""

    async def measure(run: Run) -> None:
        for each, ours, baseline in figures:
            run.record(each, ours, baseline)

    return Bench(name, tuple(each for each, _, _ in figures), measure)


def answering(*values: float) -> Callable[[], Awaitable[float]]:
    left = list(values)

    async def side() -> float:
        return left.pop(0)

    return side


async def code_of(*benches: Bench, only: str = "", before: Path | None = None) -> int:
    return suite.conclude(await suite.run(benches, only=only, before=before), 0.1)


@pytest.mark.parametrize(
    ("goal", "ours", "baseline", "is_missed"),
    [
        (at_least(2), [20.0], [10.0], False),
        (at_least(2), [19.0], [10.0], True),
        (at_most(1.5), [15.0], [10.0], False),
        (at_most(1.5), [16.0], [10.0], True),
        (at_most(3, itself=True), [2.9], [0.1], False),
        (at_most(3, itself=True), [3.1], [9.0], True),
        (at_most(3, itself=True), [2.9], [], False),
        (None, [1.0], [10.0], False),
    ],
)
async def test_a_goal_bounds_the_ratio_or_the_figure_itself(
    goal: Goal | None, ours: list[float], baseline: list[float], *, is_missed: bool
) -> None:
    assert Figure(line("a", goal), ours, baseline).is_missed is is_missed


def test_the_middle_one_of_the_rounds_counts() -> None:
    figure = Figure(line("a", at_least(2)), [10.0, 30.0, 90.0], [10.0, 10.0, 10.0])

    assert figure.value == 3
    assert (figure.as_json()["ratio_least"], figure.as_json()["ratio_most"]) == (1, 9)


async def test_a_missed_goal_ends_with_1_and_names_the_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    good, bad = line("the quick one", at_least(2)), line("the slow one", at_least(2))

    assert await code_of(bench((good, [3.0], [1.0]), (bad, [1.0], [1.0]))) == 1
    assert capsys.readouterr().out.endswith("missed:\n  the slow one\n")


async def test_goals_that_are_met_end_with_0() -> None:
    assert await code_of(bench((line("a", at_least(2)), [3.0], [1.0]))) == 0


async def test_a_bench_that_fails_is_named_and_the_others_go_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def measure(_: Run) -> None:
        raise ValueError("no such book")

    failing = Bench("failing", (line("broken"),), measure)
    other = line("the other", at_least(2))

    assert await code_of(failing, bench((other, [3.0], [1.0]))) == 1
    printed = capsys.readouterr().out
    assert "NOT MEASURED: ValueError: no such book" in printed
    assert "the other, calls/s" in printed
    assert printed.endswith("missed:\n  broken\n")


async def test_a_bench_that_takes_too_long_is_ended_and_named() -> None:
    async def measure(run: Run) -> None:
        run.record(first, [3.0], [1.0])
        await asyncio.sleep(60)

    first, second = line("first"), line("second")
    outcome = await suite.run([Bench("slow", (first, second), measure)], minutes=0.001)

    assert [figure.line.name for figure in outcome.figures["slow"]] == ["first"]
    assert outcome.missed == ["second"]


async def test_a_line_against_another_checkout_is_skipped_by_name_without_one(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    against = bench((line("against before", at_least(2), needs_before=True), [1.0], [1.0]))

    assert await code_of(against) == 0
    assert "skipped, it needs BEFORE=dir: against before" in capsys.readouterr().out
    assert await code_of(against, before=tmp_path) == 1


@pytest.mark.parametrize(
    ("only", "measured"),
    [
        ("reads", ["of one turn"]),
        ("distinct", ["memory after distinct reads"]),
        ("", ["of one turn", "memory after distinct reads"]),
    ],
)
async def test_a_name_asks_for_that_bench_or_for_the_lines_that_hold_it(
    only: str, measured: list[str]
) -> None:
    reads = bench((line("of one turn"), [1.0], []), name="reads")
    memory = bench((line("memory after distinct reads"), [1.0], []), name="memory")
    outcome = await suite.run([reads, memory], only=only)

    assert [each.line.name for figures in outcome.figures.values() for each in figures] == measured


async def test_both_sides_are_measured_in_turns_after_a_round_that_warms_up() -> None:
    run, one = Run([line("a")], rounds=2), line("a")
    await run.in_turns(one, ours=answering(1, 20, 30), baseline=answering(1, 10, 10))

    assert run.figures[0].ratios == [2, 3]


async def test_lines_not_measured_now_keep_their_last_figures(tmp_path: Path) -> None:
    both = bench((line("one"), [2.0], [1.0]), (line("two"), [4.0], [1.0]))
    later = bench((line("one"), [6.0], [1.0]), (line("two"), [6.0], [1.0]))
    files = {"results": tmp_path / "results.json", "picture": tmp_path / "results.svg"}
    suite.write(await suite.run([both]), [both], **files)
    suite.write(await suite.run([later], only="two"), [later], **files)

    lines = json.loads(files["results"].read_text())["lines"]
    assert {each["name"]: each["ratio"] for each in lines} == {"one": 2, "two": 6}
    assert all(each["measured_at"] and each["load"] and each["bound"] for each in lines)


def test_the_chart_is_valid_svg_with_a_bar_a_line() -> None:
    shown = [
        Figure(line("a < b & c", at_least(2)), [3.0], [1.0]),
        Figure(line("missed", at_least(2)), [1.0], [1.0]),
        Figure(line("without a goal"), [5.0], [1.0]),
    ]
    lines = [{"bench": "a bench", **each.as_json()} for each in shown]
    root = ET.fromstring(chart.draw(lines, "a note"))  # noqa: S314 - our own text

    assert root.tag == f"{SVG}svg"
    texts = [each.text or "" for each in root.iter(f"{SVG}text")]
    assert {"A BENCH", "a < b & c", "missed", "without a goal", "a note"} <= set(texts)
    bars = [each for each in root.iter(f"{SVG}rect") if each.get("x")]
    assert [each.get("fill") for each in bars] == [chart.MET, chart.MISSED, chart.PLAIN]
    ends = [int(each.get("x", "")) + int(each.get("width", "")) for each in bars]
    assert ends[1] < ends[0] < ends[2]


def test_every_line_has_a_name_of_its_own_and_says_its_load_and_what_bounds_it() -> None:
    lines = [each for one in BENCHES for each in one.lines]

    assert len({each.name for each in lines}) == len(lines)
    assert all(each.load and each.bound and each.baseline and each.unit for each in lines)


def test_the_chart_of_the_last_results_shows_them() -> None:
    results = json.loads(suite.RESULTS.read_text())["lines"]
    root = ET.fromstring(suite.CHART.read_text())  # noqa: S314 - our own file

    texts = {each.text for each in root.iter(f"{SVG}text")}
    assert {each["name"] for each in results if not each["against_before"]} <= texts
