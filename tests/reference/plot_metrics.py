# SPDX-License-Identifier: MIT
"""Draws loss curves from metrics.jsonl as one SVG, a panel for each value; standard library only.

    python3 tests/reference/plot_metrics.py runs/clip/metrics.jsonl --values loss,accuracy \
        --output docs/plots/clip.svg
    python3 tests/reference/plot_metrics.py guide=a/metrics.jsonl judge=b/metrics.jsonl --over minutes
"""
import argparse
import json
import math
import pathlib
from html import escape

WIDTH, HEIGHT = 420, 240  # of a panel, pixels
LEFT, RIGHT, TOP, BOTTOM = 54, 14, 30, 38
COLOURS = ["#2a6fb0", "#d1652a", "#3b8f5a", "#8a4fa3", "#b03a48"]
SKIPPED = {"step", "wall", "seconds", "steps_per_second", "rate"}


def read(path):
    """The lines in order of step; where a resume trained a step again, the later line counts."""
    lines = {}
    for text in pathlib.Path(path).read_text().splitlines():
        line = json.loads(text)
        lines[line["step"]] = {**lines.get(line["step"], {}), **line}
    return [lines[step] for step in sorted(lines)]


def points(lines, value, over):
    """[(x, y)]; x is the step, or minutes trained, where a line without a clock takes the last."""
    found, minutes = [], 0.0
    for line in lines:
        minutes = line.get("seconds", minutes * 60) / 60
        y = line.get(value)
        if isinstance(y, (int, float)) and math.isfinite(y):
            found.append((line["step"] if over == "steps" else minutes, y))
    return found


def smoothed(series, share):
    """Exponential moving mean, without the pull of its start."""
    kept, result = 0.0, []
    for i, (x, y) in enumerate(series):
        kept = share * kept + (1 - share) * y
        result.append((x, kept / (1 - share ** (i + 1))))
    return result


def ticks(low, high, wanted=4):
    step = 10 ** math.floor(math.log10((high - low) / wanted))
    step *= min((m for m in (1, 2, 5, 10) if (high - low) / (m * step) <= wanted), default=10)
    first = math.ceil(low / step - 1e-9)
    return [i * step for i in range(first, math.floor(high / step + 1e-9) + 1)]


def shorter(number):
    if abs(number) >= 10000:
        return f"{number / 1000:g}k"
    return f"{number:.6g}"


def panel(title, over, named_series, share):
    everything = [p for _, series in named_series for p in series]
    xs, ys = [p[0] for p in everything], [p[1] for p in everything]
    x0, x1 = min(xs), max(max(xs), min(xs) + 1e-9)
    y0, y1 = min(ys), max(ys)
    if y1 - y0 < 1e-12:
        y0, y1 = y0 - 0.5, y1 + 0.5
    if 0 <= y0 < 0.3 * y1:
        y0 = 0.0

    def at(x, y):
        across = LEFT + (x - x0) / (x1 - x0) * (WIDTH - LEFT - RIGHT)
        down = HEIGHT - BOTTOM - (y - y0) / (y1 - y0) * (HEIGHT - TOP - BOTTOM)
        return across, down

    def path(series, style):
        thinned = series[:: max(1, len(series) // 600)] + series[-1:]
        text = " ".join(f"{a:.1f},{b:.1f}" for a, b in (at(*p) for p in thinned))
        return f'<polyline points="{text}" fill="none" {style}/>'

    parts = [f'<text class="title" x="{LEFT}" y="18">{escape(title)}</text>']
    for y in ticks(y0, y1):
        _, down = at(x0, y)
        parts.append(f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{down:.1f}" '
                     f'y2="{down:.1f}"/><text x="{LEFT - 6}" y="{down + 4:.1f}" '
                     f'text-anchor="end">{shorter(y)}</text>')
    for x in ticks(x0, x1, 5):
        across, _ = at(x, y0)
        parts.append(f'<text x="{across:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">'
                     f'{shorter(x)}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 6}" '
                 f'text-anchor="middle">{over}</text>')
    for i, (name, series) in enumerate(named_series):
        colour = COLOURS[i % len(COLOURS)]
        if share > 0 and len(series) > 30:
            parts.append(path(series, f'stroke="{colour}" stroke-width="1" opacity="0.25"'))
            series = smoothed(series, share)
        parts.append(path(series, f'stroke="{colour}" stroke-width="1.8"'))
        if name:
            parts.append(f'<text x="{WIDTH - RIGHT}" y="{18 + 14 * i}" fill="{colour}" '
                         f'text-anchor="end" style="fill:{colour}">{escape(name)}</text>')
    return "".join(parts)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", help="metrics.jsonl, or name=metrics.jsonl")
    parser.add_argument("--values", help="comma-separated; default: all that were logged")
    parser.add_argument("--over", choices=["steps", "minutes"], default="steps")
    parser.add_argument("--smooth", type=float, default=0.9, help="0 (as logged) to 0.99")
    parser.add_argument("--columns", type=int, default=2)
    parser.add_argument("--output", default="curves.svg")
    options = parser.parse_args()

    runs = []
    for file in options.files:
        name, _, path = file.rpartition("=")
        runs.append((name, read(path)))
    logged = [key for _, lines in runs for line in lines for key in line if key not in SKIPPED]
    values = options.values.split(",") if options.values else list(dict.fromkeys(logged))
    panels = []
    for value in values:
        named = [(name, points(lines, value, options.over)) for name, lines in runs]
        named = [(name, series) for name, series in named if len(series) > 1]
        if named:
            panels.append(panel(value, options.over, named, options.smooth))
    if not panels:
        raise SystemExit("nothing to draw: none of the values was logged")

    columns = min(options.columns, len(panels))
    rows = -(-len(panels) // columns)
    body = "".join(f'<g transform="translate({i % columns * WIDTH},{i // columns * HEIGHT})">'
                   f"{drawn}</g>\n" for i, drawn in enumerate(panels))
    size = f'width="{columns * WIDTH}" height="{rows * HEIGHT}"'
    path = pathlib.Path(options.output)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} '
        f'viewBox="0 0 {columns * WIDTH} {rows * HEIGHT}">\n'
        "<style>text{font:11px sans-serif;fill:#444}.title{font-weight:bold;font-size:13px}"
        ".grid{stroke:#ddd}</style>\n"
        f'<rect {size} fill="#fff"/>\n{body}</svg>\n')
    print(path)


if __name__ == "__main__":
    main()
