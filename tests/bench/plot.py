"""A plot of lines on logarithmic axes, as SVG."""

import math

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 760, 460, 64, 170, 40, 48
COLOURS = ("#c0392b", "#1f618d", "#7f8c8d", "#1e8449", "#b9770e", "#7d3c98", "#117a65", "#5d6d7e",
           "#a04000", "#2e4053")


def decades(values):
    """The powers of ten around the values: two at least."""
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
    return range(low, max(high, low + 1) + 1)


def text(x, y, words, anchor="middle", colour="#222"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{words}</text>'


def line(x1, y1, x2, y2):
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="#ddd"/>'


def spread(wanted, gap=15):
    """Heights for labels that do not overlap, near the wanted ones."""
    heights = {}
    last = -math.inf
    for name, height in sorted(wanted.items(), key=lambda item: item[1]):
        last = heights[name] = max(height, last + gap)
    return heights


def svg(title, x_title, y_title, lines):
    """lines: by name, a list of (x, y), each above 0."""
    xs = decades([x for points in lines.values() for x, _ in points])
    ys = decades([y for points in lines.values() for _, y in points])

    def at(x, y):
        return (LEFT + (math.log10(x) - xs[0]) / (len(xs) - 1) * (WIDTH - LEFT - RIGHT),
                HEIGHT - BOTTOM - (math.log10(y) - ys[0]) / (len(ys) - 1) * (HEIGHT - TOP - BOTTOM))

    (left, bottom), (right, top) = at(10**xs[0], 10**ys[0]), at(10**xs[-1], 10**ys[-1])
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
             'font-family="sans-serif" font-size="13">',
             f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
             text((left + right) / 2, 22, title), text((left + right) / 2, HEIGHT - 8, x_title),
             f'<g transform="rotate(-90)">{text(-(top + bottom) / 2, 14, y_title)}</g>']
    for power in xs:
        x, _ = at(10**power, 1)
        parts += [line(x, top, x, bottom), text(x, bottom + 18, f"{10**power:,}")]
    for power in ys:
        _, y = at(1, 10**power)
        parts += [line(left, y, right, y), text(left - 6, y + 4, f"{10.0**power:,g}", "end")]
    heights = spread({name: at(*points[-1])[1] for name, points in lines.items()})
    for (name, points), colour in zip(lines.items(), COLOURS * len(lines)):
        path = " ".join("{:.1f},{:.1f}".format(*at(x, y)) for x, y in points)
        x, y = at(*points[-1])
        label = heights[name]
        parts += [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
                  f'<path d="M{x:.1f} {y:.1f}L{right + 6:.1f} {label:.1f}" stroke="{colour}" '
                  'stroke-dasharray="1 3"/>',
                  text(right + 10, label + 4, name, "start", colour)]
        parts += [f'<circle cx="{cx:.1f}" cy="{cy:.1f}" r="3" fill="{colour}"/>'
                  for cx, cy in (at(x, y) for x, y in points)]
    return "\n".join([*parts, "</svg>", ""])
