# SPDX-License-Identifier: GPL-2.0-or-later
"""Figures over sizes as an SVG with two logarithmic axes: what grows in proportion is a straight line at one slope."""

import html
import math

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 150, 34, 44
COLOURS = ("#0b6bcb", "#c2410c", "#15803d", "#7e22ce")


def decades(values):
    """The powers of ten between which the values lie."""
    low = math.floor(math.log10(min(values)))
    return low, max(math.ceil(math.log10(max(values))), low + 1)


def power(exponent):
    return f"{10 ** exponent:,}" if exponent >= 0 else f"{10 ** exponent:g}"


class Axes:
    """Where a pair of values stands in the picture."""

    def __init__(self, xs, ys):
        self.x, self.y = decades(xs), decades(ys)

    def at_x(self, value):
        return LEFT + (math.log10(value) - self.x[0]) / (self.x[1] - self.x[0]) * (WIDTH - LEFT - RIGHT)

    def at_y(self, value):
        return HEIGHT - BOTTOM - (math.log10(value) - self.y[0]) / (self.y[1] - self.y[0]) * (HEIGHT - TOP - BOTTOM)

    def grid(self):
        for exponent in range(self.x[0], self.x[1] + 1):
            x = self.at_x(10 ** exponent)
            yield f'<path class="grid" d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}"/>'
            yield f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{power(exponent)}</text>'
        for exponent in range(self.y[0], self.y[1] + 1):
            y = self.at_y(10 ** exponent)
            yield f'<path class="grid" d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}"/>'
            yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{power(exponent)}</text>'


def line(axes, points, colour, name):
    path = " ".join(f"{axes.at_x(x):.1f},{axes.at_y(y):.1f}" for x, y in points)
    yield f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    for x, y in points:
        yield f'<circle cx="{axes.at_x(x):.1f}" cy="{axes.at_y(y):.1f}" r="3" fill="{colour}"/>'
    x, y = points[-1]
    yield f'<text x="{axes.at_x(x) + 8:.1f}" y="{axes.at_y(y) + 4:.1f}" fill="{colour}">{html.escape(name)}</text>'


def plot(path, title, below, series):
    """Writes the picture. series: {name: [(size, figure)]}."""
    points = [point for line_points in series.values() for point in line_points]
    axes = Axes([x for x, _ in points], [y for _, y in points])
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{html.escape(title)}">',
             "<style>text { font: 12px sans-serif } .grid { stroke: #d4d4d4 } .back { fill: #ffffff }</style>",
             f'<rect class="back" width="{WIDTH}" height="{HEIGHT}"/>',
             f'<text x="{LEFT}" y="20" font-weight="bold">{html.escape(title)}</text>',
             f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">{html.escape(below)}</text>',
             *axes.grid()]
    for (name, line_points), colour in zip(series.items(), COLOURS):
        lines += line(axes, line_points, colour, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join([*lines, "</svg>"]) + "\n")
