"""The chart of the last results: one bar a line, as long as it is better than its goal, in SVG."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.etree import ElementTree as ET

ROW: Final = 20
HEAD: Final = 56
LABELS: Final = 470
BARS: Final = 430
VALUES: Final = 200
TEXT_DOWN: Final = 14
"""From the top of a row to the foot of its text."""
LEAST, MOST = 0.1, 100.0
MET, MISSED, PLAIN = "#2f7d4f", "#b3402e", "#8a8f98"


def draw(lines: Sequence[Mapping[str, Any]], note: str) -> str:
    """The SVG of lines as results.json has them; those without a figure are left out.

    The scale is logarithmic; a thin rule shows where the goal is just met. A line without a goal
    shows its ratio to the baseline.
    """
    shown = [line for line in lines if line.get("ours") is not None]
    width, height = LABELS + BARS + VALUES, HEAD + ROW * len(shown) + ROW
    svg = ET.Element(
        "svg",
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width} {height}",
        width=str(width),
        height=str(height),
        role="img",
    )
    ET.SubElement(svg, "title").text = "Octavo: what make bench measured"
    ET.SubElement(svg, "style").text = "text { font: 12px sans-serif; fill: #24292f }"
    ET.SubElement(svg, "rect", width="100%", height="100%", fill="#ffffff")
    _text(svg, 12, TEXT_DOWN + 6, "Times better than the goal (1 is just met)")
    _text(svg, 12, 2 * TEXT_DOWN + 10, note)
    for mark in (LEAST, 1.0, 10.0, MOST):
        _rule(svg, mark, height)
    for number, line in enumerate(shown):
        _bar(svg, HEAD + ROW * number, line)
    ET.indent(svg)
    return ET.tostring(svg, encoding="unicode") + "\n"


def _bar(svg: ET.Element, top: int, line: Mapping[str, Any]) -> None:
    has_goal = line["goal"] is not None
    length = line["margin"] if has_goal else line["ratio"]
    colour = (MET if line["met"] else MISSED) if has_goal else PLAIN
    _text(svg, LABELS - 8, top + TEXT_DOWN, line["name"], anchor="end")
    if length:
        ET.SubElement(
            svg,
            "rect",
            x=str(LABELS),
            y=str(top + 3),
            width=f"{max(_place(length) - LABELS, 1):.0f}",
            height=str(ROW - 6),
            fill=colour,
        )
    _text(svg, LABELS + BARS + 8, top + TEXT_DOWN, _said(line))


def _said(line: Mapping[str, Any]) -> str:
    """The figure in words: the ratio, or ours with its unit, and what was asked for."""
    of_ratio = line["ratio"] is not None and line["goal_of"] != "ours"
    figure = f"{line['ratio']:.3g} x" if of_ratio else f"{line['ours']:.3g} {line['unit']}"
    return f"{figure} ({line['goal_is']} {line['goal']:g})" if line["goal"] is not None else figure


def _place(value: float) -> float:
    """Where a value is on the scale, from the left."""
    bounded = min(max(value, LEAST), MOST)
    return LABELS + BARS * math.log(bounded / LEAST) / math.log(MOST / LEAST)


def _rule(svg: ET.Element, value: float, height: int) -> None:
    x = f"{_place(value):.0f}"
    colour = "#24292f" if value == 1 else "#d0d7de"
    ET.SubElement(svg, "line", x1=x, x2=x, y1=str(HEAD - 4), y2=str(height - ROW), stroke=colour)
    _text(svg, int(x), height - 6, f"{value:g}", anchor="middle")


def _text(svg: ET.Element, x: int, y: int, text: str, anchor: str = "start") -> None:
    attributes = {"x": str(x), "y": str(y), "text-anchor": anchor}
    ET.SubElement(svg, "text", attributes).text = text
