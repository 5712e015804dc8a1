"""The data card: one page of HTML that shows what the data set is and what was left out."""

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from pathlib import Path

from assistant.report.lexicon import REGIONS
from trainer.data.corpus import splitcard
from trainer.data.corpus.cardstyle import STYLE
from trainer.data.corpus.charts import bars, histogram, share
from trainer.data.corpus.preparation import HubSource, Preparation, Source
from trainer.data.corpus.reasons import DUPLICATE, OTHER_MODALITY, REJECTS, reason_of
from trainer.data.corpus.split import SPLITS, Leakage
from trainer.data.corpus.tally import Specimen, Tally
from trainer.manifest import write_whole

DATACARD = "datacard.html"
_SPLIT_NAMES = {"train": "训练", "validation": "验证", "test": "测试"}
_LANGUAGES = {"zh": "中文", "en": "英文"}
_KINDS = {
    "parquet": "parquet 分片",
    "hub": "数据集站点",
    "pictures": "图片与说明",
    "dialogues": "医生对话",
}


@dataclass(frozen=True)
class Findings:
    """Everything the card tells."""

    wanted: Preparation
    tally: Tally
    leakage: Leakage
    sharded: bool


def write_datacard(found: Findings, out: Path) -> Path:
    """Write the page; it needs no other file and asks nothing of any server."""
    path = out / DATACARD
    write_whole(path, render(found))
    return path


def render(found: Findings) -> str:
    """The page."""
    name = escape(found.wanted.name)
    sections = (
        _figures(found),
        _flow(found),
        _left_out(found),
        _pair(_regions(found), _lengths(found)),
        _pair(_evidence(found), _split(found)),
        _gallery(found),
        _left_gallery(found),
        _sources(found),
    )
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n"
        f"<title>{name} 数据卡</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<header><h1>{name} 数据卡</h1>"
        '<p class="quiet">CT 图文训练数据：有什么，从哪里来，没有收什么，为什么。</p></header>\n'
        + "\n".join(sections)
        + "\n<footer>逐行的去向见 rows.csv、rejects.csv 与 untranslated.csv。"
        "图片与说明为随机抽样；本页含原始图像，分发前请确认授权。</footer>\n</main>\n</body>\n</html>\n"
    )


def _figures(found: Findings) -> str:
    tally = found.tally
    rows, kept = tally.rows.total(), tally.splits.total()
    pictures = sum(int(number) * count for number, count in tally.pictures.items())
    chinese = tally.languages["zh"]
    figures = [
        (f"{rows:,}", "来源行数"),
        (f"{kept:,}", f"收入训练数据（{share(kept, rows)}）"),
        (f"{pictures:,}", "图片引用"),
        (f"{chinese:,}", f"中文（{share(chinese, kept)}）"),
        (f"{tally.reasons[DUPLICATE.code]:,}", "重复行"),
    ]
    cells = "".join(f"<div><b>{value}</b><span>{name}</span></div>" for value, name in figures)
    return f'<section class="figures">{cells}</section>'


def _flow(found: Findings) -> str:
    rows = max(found.tally.rows.total(), 1)
    bars, keys = [], []
    for split in SPLITS:
        count = found.tally.splits[split]
        bars.append(f'<i class="{split}" style="width:{100 * count / rows:.3f}%"></i>')
        keys.append(f'<span><i class="{split}"></i>{_SPLIT_NAMES[split]} {count:,}</span>')
    left = found.tally.reasons.total()
    keys.append(f'<span><i class="out"></i>未收 {left:,}</span>')
    # Every row is either written or listed: shown so that a reader can add it up.
    total = f"{found.tally.splits.total():,} + {left:,} = {found.tally.rows.total():,}"
    return (
        f'<section><h2>去向</h2><div class="flow">{"".join(bars)}</div>'
        f'<div class="key">{"".join(keys)}<span>合计 {total}</span></div></section>'
    )


def _left_out(found: Findings) -> str:
    counts = found.tally.reasons
    rows = [
        (f"{reason.name} <code>{reason.code}</code>", counts[reason.code])
        for reason in sorted(REJECTS, key=lambda reason: -counts[reason.code])
        if counts[reason.code]
    ]
    others = _named(found.tally.details.most_common())
    detail = f"<h3>“{OTHER_MODALITY.name}”中的检查</h3>{bars(others)}" if others else ""
    body = bars(rows) if rows else '<p class="quiet">没有。</p>'
    return f'<section class="left"><h2>没有收入的行与原因</h2>{body}{detail}</section>'


def _regions(found: Findings) -> str:
    counts = found.tally.regions
    rows = [(name, counts[name]) for name in REGIONS if counts[name]]
    rows.sort(key=lambda row: -row[1])
    return f"<section><h2>身体部位</h2>{bars(rows)}<small>由说明文字判断。</small></section>"


def _lengths(found: Findings) -> str:
    charts = [
        f"<h3>{title}</h3>{histogram(counts)}"
        for title, counts in (
            ("英文说明（词）", found.tally.english_lengths),
            ("中文说明（字）", found.tally.chinese_lengths),
        )
        if counts
    ]
    return f"<section><h2>说明长度</h2>{''.join(charts)}</section>"


def _evidence(found: Findings) -> str:
    tally = found.tally
    languages = [(name, tally.languages[key]) for key, name in _LANGUAGES.items()]
    turns = [(f"{n} 轮", tally.turns[n]) for n in sorted(tally.turns, key=int)]
    pictures = [(f"{n} 张图", tally.pictures[n]) for n in sorted(tally.pictures, key=int)]
    evidence = bars(_named(tally.evidence.most_common()))
    kept_english = tally.languages["untranslated"]
    note = (
        f"<p class='quiet'>{kept_english:,} 行应为中文而保留英文（无端点或未通过核对）。</p>"
        if kept_english
        else ""
    )
    return (
        f"<section><h2>构成</h2><h3>认定为 CT 的依据</h3>{evidence}"
        f"<h3>语言</h3>{bars([row for row in languages if row[1]])}{note}"
        f"<h3>对话轮数</h3>{bars(turns)}<h3>每段对话的图片</h3>{bars(pictures)}</section>"
    )


def _split(found: Findings) -> str:
    return splitcard.render(found.leakage, found.tally.told, found.wanted.split)


def _gallery(found: Findings) -> str:
    kept = [one for one in found.tally.specimens if not one.code]
    figures = "".join(_figure(one) for one in kept)
    title = f"<h2>收入的行（随机 {len(kept)} 例）</h2>"
    return f'<section>{title}<div class="gallery">{figures}</div></section>'


def _left_gallery(found: Findings) -> str:
    parts = []
    for reason in REJECTS:
        shown = [one for one in found.tally.specimens if one.code == reason.code]
        if shown:
            figures = "".join(_figure(one) for one in shown)
            parts.append(f'<h3>{reason.name}</h3><div class="gallery small">{figures}</div>')
    if not parts:
        return ""
    return f'<section class="left"><h2>没有收入的行（抽样）</h2>{"".join(parts)}</section>'


def _figure(one: Specimen) -> str:
    label = escape(one.note) or (reason_of(one.code).name if one.code else "")
    for split, name in _SPLIT_NAMES.items():
        label = label.replace(f"· {split}", f"· {name}")
    return (
        f'<figure><div class="frame"><img alt="" src="data:image/jpeg;base64,{one.thumbnail}">'
        f"</div><figcaption><b>{label}</b><p>{escape(one.text)}</p></figcaption></figure>"
    )


def _sources(found: Findings) -> str:
    rows = "".join(
        f'<tr><td class="name">{number}</td><td>{_KINDS[source.kind]}</td>'
        f"<td>{escape(_place(source))}</td>"
        f'<td class="count">{found.tally.rows[str(number)]:,} 行</td></tr>'
        for number, source in enumerate(found.wanted.sources)
    )
    layout = "parquet 分片（流式读取）" if found.sharded else "图片文件与一个 JSON"
    return (
        f"<section><h2>来源</h2><table>{rows}</table><small>写出形式：{layout}。</small></section>"
    )


def _place(source: Source) -> str:
    """The last name of a path only: a card may travel further than the machine it was made on."""
    if isinstance(source, HubSource):
        subset = f" · {source.subset}" if source.subset else ""
        return (
            f"{Path(source.name).name if Path(source.name).is_absolute() else source.name}{subset}"
        )
    return source.path.name


def _pair(left: str, right: str) -> str:
    return f'<div class="pair">{left}{right}</div>'


def _named(rows: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return [(escape(name), count) for name, count in rows]
