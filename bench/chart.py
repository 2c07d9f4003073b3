"""The chart of the last results: a bar a line, from its goal to its figure, in SVG."""

import math
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any, Final
from xml.etree import ElementTree as ET

ROW: Final = 16
HEAD: Final = 60
LABELS: Final = 400
BARS: Final = 330
VALUES: Final = 220
TEXT_DOWN: Final = 12
"""From the top of a row to the foot of its text."""
LEAST, MOST = 0.1, 100.0
MET, MISSED, PLAIN = "#2f7d4f", "#b3402e", "#8a8f98"
INK, FAINT = "#24292f", "#d0d7de"


def draw(lines: Sequence[Mapping[str, Any]], note: str) -> str:
    """The SVG of lines as results.json has them, under the names of their benches.

    The scale is logarithmic; a rule shows where the goal is just met. A line without a goal shows
    its ratio to the baseline.
    """
    groups = [(name, list(each)) for name, each in groupby(lines, lambda line: line["bench"])]
    width = LABELS + BARS + VALUES
    height = HEAD + ROW * (len(lines) + len(groups)) + 2 * ROW
    svg = ET.Element("svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {width} {height}")
    svg.attrib |= {"width": str(width), "height": str(height), "role": "img"}
    ET.SubElement(svg, "title").text = "Octavo: what make bench measured"
    ET.SubElement(svg, "style").text = f"text {{ font: 11px sans-serif; fill: {INK} }}"
    ET.SubElement(svg, "rect", width="100%", height="100%", fill="#ffffff")
    _text(svg, LABELS, ROW, "times better than the goal; at 1 it is just met", anchor="middle")
    _text(svg, LABELS, 2 * ROW, note, anchor="middle")
    for mark in (LEAST, 1.0, 10.0, MOST):
        _rule(svg, mark, height - ROW)
    top = HEAD
    for name, of_bench in groups:
        _text(svg, LABELS - 8, top + TEXT_DOWN, name.upper(), anchor="end")
        for number, line in enumerate(of_bench, start=1):
            _bar(svg, top + ROW * number, line)
        top += ROW * (len(of_bench) + 1)
    ET.indent(svg)
    return ET.tostring(svg, encoding="unicode") + "\n"


def _bar(svg: ET.Element, top: int, line: Mapping[str, Any]) -> None:
    has_goal = line["goal"] is not None
    length = line["margin"] if has_goal else line["ratio"]
    colour = (MET if line["met"] else MISSED) if has_goal else PLAIN
    _text(svg, LABELS - 8, top + TEXT_DOWN, line["name"], anchor="end")
    if length:
        left, right = sorted((_place(1), _place(length)))
        bar = {"x": f"{left:.0f}", "y": str(top + 3), "width": f"{max(right - left, 2):.0f}"}
        ET.SubElement(svg, "rect", bar, height=str(ROW - 5), fill=colour)
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


def _rule(svg: ET.Element, value: float, bottom: int) -> None:
    x = f"{_place(value):.0f}"
    place = {"x1": x, "x2": x, "y1": str(HEAD - 2), "y2": str(bottom)}
    ET.SubElement(svg, "line", place, stroke=INK if value == 1 else FAINT)
    _text(svg, int(x), HEAD - 6, f"{value:g}", anchor="middle")


def _text(svg: ET.Element, x: int, y: int, text: str, anchor: str = "start") -> None:
    attributes = {"x": str(x), "y": str(y), "text-anchor": anchor}
    ET.SubElement(svg, "text", attributes).text = text
