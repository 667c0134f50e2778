"""The report of an evaluation as one HTML file that needs nothing else."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from vitruvian.errors import VitruvianError

_STYLE = """
:root{color-scheme:light dark;--ink:#1b1f27;--ink2:#5a6372;--line:#d8dce3;--ground:#f5f6f8;--surface:#fff;--a:#2546b8;
--b:#c77600;--c:#1c7a45;--d:#b3261e;--e:#7a3fa0}
@media(prefers-color-scheme:dark){:root{--ink:#e8ebf0;--ink2:#9aa4b4;--line:#343a46;--ground:#14161b;--surface:#1c1f26;
--a:#8ea8ff;--b:#ffc46b;--c:#6fcf97;--d:#ff8a80;--e:#d0a2f0}}
*{box-sizing:border-box}body{margin:0;background:var(--ground);color:var(--ink);font:14px/1.5 system-ui,sans-serif}
main{max-width:1120px;margin:0 auto;padding:32px 24px}h1{font-size:24px;margin:0}h2{font-size:18px;margin:32px 0 12px}
p{margin:4px 0}.quiet{color:var(--ink2)}.row{display:flex;flex-wrap:wrap;align-items:flex-start;gap:16px}
.card{background:var(--surface);border:1px solid var(--line);border-radius:8px;padding:16px}
.number b{display:block;font-size:20px;font-variant-numeric:tabular-nums}
table{border-collapse:collapse;font-variant-numeric:tabular-nums}th,td{padding:3px 12px 3px 0;text-align:right}
th:first-child,td:first-child{text-align:left}th{color:var(--ink2);font-weight:500}
.numbers{display:grid;grid-template-columns:repeat(auto-fill,minmax(180px,1fr));gap:12px;margin-bottom:12px}
svg text{fill:var(--ink2);font-size:11px}figure{margin:0}figcaption{margin-bottom:8px;font-weight:600}
.shot{width:240px}.shot div{position:relative}
.shot img,.shot svg{display:block;width:100%;border-radius:5px;background:#15171c}
.shot svg:not(.over){height:180px}.shot span{overflow-wrap:anywhere}
.shot svg.over{position:absolute;inset:0;background:none}
"""

_OF_PAIRS = ("RMSE", "NME")
#: What became of the points of a keypoint, and the colour of each.
_KINDS = {"good": "--c", "jitter": "--b", "inversion": "--a", "swap": "--e", "miss": "--d"}
_WIDTH, _HEIGHT = 280, 190


def page(document: dict[str, Any], media: Path | None) -> str:
    """Return the page.

    Parameters
    ----------
    document : dict
        From `describe_evaluation`, with the names of the two files.
    media : Path, optional
        Folder in which pictures of the worst images are looked for.
    """
    low, high = document["interval"]["AP"]
    # -1 is COCO's word for nothing to find.
    numbers = "".join(
        _number(name, f"{value:.4f}" if value >= 0 else "none") for name, value in document["summary"].items()
    )
    counts = "".join(_number(name, str(document[name])) for name in ("images", "truth", "detections"))
    notes = "".join(f"<p>{escape(text)}</p>" for text in document["notes"])
    interval = (
        f"<p>AP lies between {low:.3f} and {high:.3f} with other images of the same kind.</p>" if low >= 0 else ""
    )
    body = [
        f"<h1>{escape(Path(document['detections_file']).name)}</h1>",
        f"<p class=quiet>against {escape(Path(document['truth_file']).name)}</p>",
        f"<h2>Average precision and recall</h2><div class=numbers>{numbers}</div>{interval}",
        f"<div class='numbers quiet'>{counts}</div><h2>How it was measured</h2><div class='card'>{notes}</div>",
        _errors(document["errors"]),
        *(_category(category, media) for category in document["categories"]),
    ]
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Evaluation</title><style>{_STYLE}</style>"
        f"<main>{''.join(body)}</main></html>"
    )


def _number(name: str, value: str) -> str:
    return f"<div class='card number'><span class=quiet>{escape(name)}</span><b>{value}</b></div>"


def _errors(errors: dict[str, Any]) -> str:
    names = ["now", *(f"{name} put right" for name in errors["order"])]
    values = [errors["AP"], *(errors["AP_after"][name] for name in errors["order"])]
    alone = "".join(f"<tr><td>{name}</td><td>{errors['gained_alone'][name]:+.4f}</td></tr>" for name in errors["order"])
    return (
        "<h2>What errors cost</h2><div class='row'><div class='card'>"
        + _bars("AP with one kind after the other put right", names, values, 1.0)
        + f"</div><div class='card'><table><tr><th>kind</th><th>AP gained alone</th></tr>{alone}</table></div></div>"
    )


def _category(category: dict[str, Any], media: Path | None) -> str:
    wanted = {name: category["precision"][name] for name in ("0.50", "0.75", "0.95") if name in category["precision"]}
    plots = [
        _lines("Precision at recall, by OKS", category["recalls"], wanted),
        _bars("OKS of the best detection of each object", None, category["oks"], max([*category["oks"], 1])),
    ]
    told = category["calibration"]
    if told:
        bins = len(told["right"])
        edges = [(at + 0.5) / bins for at in range(bins)]
        known = [(x, y) for x, y in zip(edges, told["right"], strict=True) if y is not None]
        lines = {"right": [y for _, y in known], "ideal": [x for x, _ in known]}
        plots.append(_lines(f"Right at each confidence (error {told['error']:.3f})", [x for x, _ in known], lines))
    head = ("AP", "PCK@0.05", "PCK@0.1", "PCK@0.2", "RMSE", *_KINDS)
    rows = "".join(
        f"<tr><td>{escape(k['name'])}</td>"
        + "".join(f"<td>{_cell(k[name])}</td>" for name in head)
        + f"<td>{_shares(k)}</td></tr>"
        for k in category["keypoints"]
    )
    columns = "".join(f"<th style='color:var({_KINDS.get(name, '--ink2')})'>{name}</th>" for name in head)
    head_size = ", PCKh in lengths of the head" if any("PCKh" in name for name in category) else ""
    figures = "".join(f"<div class='card'>{plot}</div>" for plot in plots)
    distances = "".join(_number(name, _cell(category[name])) for name in category if name in _OF_PAIRS or "PCK" in name)
    shots = "".join(_shot(shot, category["edges"], media) for shot in category["worst"])
    return (
        f"<h2>{escape(category['name'])}</h2><div class='row'>{figures}</div>"
        f"<h2>By distance</h2><p class=quiet>Of the {category['pairs']} pairs with an OKS of 0.5 or more: RMSE in "
        f"pixels, NME in roots of the box's area, PCK in its longer sides{head_size}.</p>"
        f"<div class=numbers>{distances}</div>"
        "<h2>By keypoint</h2>"
        f"<div class='card'><table><tr><th>keypoint</th>{columns}<th>shares</th></tr>{rows}</table></div>"
        f"<h2>Worst images</h2><p class=quiet>Truth green, detections orange.</p><div class='row'>{shots}</div>"
    )


def _row(cells: Sequence[str]) -> str:
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _shares(keypoint: Mapping[str, Any]) -> str:
    """Return a bar of what became of a keypoint's points, in the colours of the columns."""
    total = sum(keypoint[kind] for kind in _KINDS)
    start, parts = 0.0, []
    for kind, color in _KINDS.items():
        share = 200 * keypoint[kind] / (total or 1)
        title = f"<title>{kind}: {keypoint[kind]} of {total}</title>"
        parts.append(f"<rect x='{start:.1f}' width='{share:.1f}' height=12 fill='var({color})'>{title}</rect>")
        start += share
    return f"<svg width=200 height=12 role=img aria-label='{escape(keypoint['name'])}'>{''.join(parts)}</svg>"


def _cell(value: float | int | None) -> str:
    return "" if value is None else str(value) if isinstance(value, int) else f"{value:.3f}"


def _bars(title: str, names: Sequence[str] | None, values: Sequence[float], most: float) -> str:
    step = _WIDTH / max(len(values), 1)
    parts = []
    for at, value in enumerate(values):
        height = _HEIGHT * value / (most or 1)
        label = f"{value:.3f}" if isinstance(value, float) else str(value)
        shown = f"{names[at]}: {label}" if names else f"{at / len(values):.2f} to {(at + 1) / len(values):.2f}: {label}"
        parts.append(
            f"<rect x='{at * step + 2:.1f}' y='{_HEIGHT - height:.1f}' width='{max(step - 4, 1):.1f}' "
            f"height='{height:.1f}' fill='var(--a)'><title>{escape(shown)}</title></rect>"
        )
        if names:
            parts.append(
                f"<text x='{(at + 0.5) * step:.1f}' y='{_HEIGHT - height - 4:.1f}' text-anchor=middle>{label}</text>"
            )
            words = escape(names[at].split()[0])
            parts.append(f"<text x='{(at + 0.5) * step:.1f}' y='{_HEIGHT + 14}' text-anchor=middle>{words}</text>")
    if not names:
        parts.append(
            f"<text x=0 y='{_HEIGHT + 14}'>0</text><text x='{_WIDTH}' y='{_HEIGHT + 14}' text-anchor=end>1</text>"
        )
    return _figure(title, "".join(parts))


def _lines(title: str, x: Sequence[float], lines: Mapping[str, Sequence[float]]) -> str:
    parts = [f"<path d='M0 0V{_HEIGHT}H{_WIDTH}' fill=none stroke='var(--line)'/>"]
    for at, (name, values) in enumerate(lines.items()):
        color = ("var(--a)", "var(--b)", "var(--c)")[at % 3]
        points = " ".join(f"{_WIDTH * a:.1f},{_HEIGHT * (1 - max(b, 0)):.1f}" for a, b in zip(x, values, strict=True))
        parts.append(
            f"<polyline points='{points}' fill=none stroke='{color}' stroke-width=2><title>{name}</title></polyline>"
        )
        # Above the plot, where no line runs.
        parts.append(f"<text x='{20 + 56 * at}' y=-6 style='fill:{color}'>{escape(name)}</text>")
    parts.append(
        f"<text x=0 y='{_HEIGHT + 14}'>0</text><text x='{_WIDTH}' y='{_HEIGHT + 14}' text-anchor=end>1</text>"
        "<text x=0 y=-6>1</text>"
    )
    return _figure(title, "".join(parts))


def _figure(title: str, content: str) -> str:
    return (
        f"<figure><figcaption>{escape(title)}</figcaption><svg width='{_WIDTH}' height='{_HEIGHT + 36}' "
        f"viewBox='-2 -18 {_WIDTH + 4} {_HEIGHT + 36}' role=img aria-label='{escape(title)}'>{content}</svg></figure>"
    )


def _shot(shot: dict[str, Any], edges: Sequence[Sequence[int]], media: Path | None) -> str:
    points = [point for pose in (*shot["truth"], *shot["found"]) for point in pose if point]
    picture, width, height = _picture(shot["media"], shot["frame"], media)
    if not picture:
        xs, ys = [p[0] for p in points] or [0], [p[1] for p in points] or [0]
        left, top = min(xs) - 10, min(ys) - 10
        box = f"{left:.0f} {top:.0f} {max(xs) - left + 10:.0f} {max(ys) - top + 10:.0f}"
    else:
        box = f"0 0 {width} {height}"
    unit = float(box.split()[2]) / 100
    drawn = []
    for poses, color in ((shot["truth"], "#6fcf97"), (shot["found"], "#ffb347")):
        for pose in poses:
            lines = [(pose[a], pose[b]) for a, b in edges if pose[a] and pose[b]]
            path = " ".join(f"M{a[0]} {a[1]}L{b[0]} {b[1]}" for a, b in lines)
            drawn.append(f"<path d='{path}' stroke='{color}' stroke-width='{unit * 0.6:.1f}' fill=none />")
            drawn += [f"<circle cx='{p[0]}' cy='{p[1]}' r='{unit:.1f}' fill='{color}'/>" for p in pose if p]
    over = f"<svg class='{'over' if picture else ''}' viewBox='{box}'>{''.join(drawn)}</svg>"
    name = escape(shot["media"]) + (f", frame {shot['frame']}" if shot["frame"] else "")
    words = f"<span class=quiet>OKS {shot['OKS']:.2f} · {name}</span>"
    return f"<figure class='card shot'><div>{picture}{over}</div>{words}</figure>"


def _picture(name: str, frame: int, folder: Path | None) -> tuple[str, int, int]:
    """Return an image element with the picture inside, and the picture's size; nothing where there is none."""
    if folder is None:
        return "", 0, 0
    # Pictures need a decoder, which the small install does not bring.
    from vitruvian.media import open_frames, resolve_inside, thumbnail  # noqa: PLC0415

    try:
        found = resolve_inside(folder, folder / name)
        with open_frames(found) as reader:
            picture = reader.frame(frame)
    except (VitruvianError, OSError, ValueError):
        return "", 0, 0
    content = base64.b64encode(thumbnail(picture, 480)).decode()
    return f"<img alt='' src='data:image/jpeg;base64,{content}'>", picture.shape[1], picture.shape[0]
