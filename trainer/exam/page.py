"""The examination as one page of HTML that needs no other file and asks nothing of a server."""

from collections.abc import Sequence
from html import escape

from trainer.data.corpus.cardstyle import STYLE as CARD_STYLE
from trainer.exam.charts import percent, reliability, share_rows
from trainer.exam.gallery import galleries
from trainer.exam.result import Examination
from trainer.exam.settings import Evaluate
from trainer.exam.style import STYLE
from trainer.exam.tables import gate_table, sign_table, summary_table, tuple_table, variant_table
from trainer.metrics.share import Share

_CONTROLS = (
    "<p>三种对照：<b>全黑图片</b>的回答拿去比每一题；<b>图片错位</b>，即每题收下另一题图片的回答"
    "（问题相同、贪心解码，答案只取决于图片，所以错位的图片会得到的正是错位的回答，不必另跑一遍）；"
    "<b>换一种问法</b>，用训练中没有出现过的话要报告。前两项若接近正式成绩，说明模型没有看图。</p>"
)


def render(found: Examination, settings: Evaluate, *, title: str, about: str, demo: bool) -> str:
    """The page.

    Args:
        found: all figures.
        settings: that they were measured with.
        title: of the model.
        about: what the slices are, where the model runs, when: one sentence each.
        demo: the model is for demonstration; the page says so at the top.
    """
    name = escape(title)
    warning = '<p class="note">演示模型，考题是模拟图像：成绩不代表在患者身上的表现。</p>'
    sections = (
        _figures(found),
        _section("成绩与对照", summary_table(found) + _CONTROLS),
        _section("从基座到 4 位", variant_table(found.standings) + _gate(found)),
        _section("征象元组", tuple_table(found) + _tuples(found)),
        _section("按征象", sign_table(found.details.signs)),
        _pair(
            _section("按大小（检出且侧别对）", _bins(found.details.sizes)),
            _section("按对比度（检出且侧别对）", _bins(found.details.contrasts)),
        ),
        _pair(_calibration(found, settings), _regions(found)),
        galleries(found),
    )
    return (
        '<!doctype html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; img-src data:; style-src 'unsafe-inline'\">\n"
        f"<title>{name} 评测</title>\n<style>{CARD_STYLE}{STYLE}</style>\n</head>\n<body>\n"
        f'<main>\n<header><h1>{name} 评测</h1><p class="quiet">{escape(about)}</p>'
        f"{warning if demo else ''}</header>\n"
        + "\n".join(sections)
        + f"\n<footer>{_footnote(found)}逐题的真值、回答与判定见 evaluation.json。</footer>"
        "\n</main>\n</body>\n</html>\n"
    )


def _figures(found: Examination) -> str:
    summary, details = found.summary, found.details
    figures = [
        (percent(summary.right), f"完全正确（{summary.right.of} 幅）"),
        (percent(summary.region), "部位正确"),
        (percent(details.sides.f1), "F1 征象与侧别"),
        (percent(summary.urgent), "急症检出"),
        (percent(summary.normal), "正常判为正常"),
        (f"{details.invented.value:.2f}", "每份报告多报的征象"),
    ]
    cells = "".join(f"<div><b>{value}</b><span>{name}</span></div>" for value, name in figures)
    return f'<section class="figures">{cells}</section>'


def _bins(rows: Sequence[tuple[str, Share]]) -> str:
    return share_rows(rows) if rows else '<p class="quiet">真值里没有写明，分不出档。</p>'


def _gate(found: Examination) -> str:
    table = gate_table(found)
    if not table:
        return '<p class="quiet">只有一种形式，没有可比的步骤。</p>'
    return (
        "<h3>一致性门：每一步的代价</h3>"
        '<p class="quiet">前后两种形式回答同样的图像，逐幅配对后重抽样得到区间；'
        "损失超过配置 evaluate.losses 的允许值，评测即失败（TRN-602）。</p>" + table
    )


def _tuples(found: Examination) -> str:
    details = found.details
    return (
        "<p>双侧的征象算左、右各一。"
        f"侧别报错 {details.wrong_side.hits}/{details.wrong_side.of} 处；"
        f"真有的征象被回答成“未见” {details.denied.hits}/{details.denied.of} 处"
        f"（{percent(details.denied)}）；每份报告多报 {details.invented.value:.2f} 个征象"
        f"（{details.invented.low:.2f}–{details.invented.high:.2f}）。</p>"
    )


def _calibration(found: Examination, settings: Evaluate) -> str:
    heading = "P(异常) 可信吗"
    if found.calibration is None:
        return _section(heading, "<p>这个引擎给不出下一词元的概率。</p>")
    one = found.calibration
    return _section(
        heading,
        f"{reliability(one)}<p>固定提问“{escape(settings.yes_no_question)}”，P(异常) 是回答以"
        f"“{escape(settings.abnormal_answer)}”开头的概率。点在虚线上即名实相符；上方是各组的幅数。</p>"
        f"<p>ECE {one.ece.value:.3f}（{one.ece.low:.3f}–{one.ece.high:.3f}），"
        f"Brier {one.brier.value:.3f}，AUC {one.auc.value:.3f}"
        f"（{one.auc.low:.3f}–{one.auc.high:.3f}）。</p>",
    )


def _regions(found: Examination) -> str:
    return _section("按部位（完全正确）", share_rows(found.details.regions))


def _footnote(found: Examination) -> str:
    if found.overlap is None:
        return ""
    return (
        f"脚注：与参考报告的字面重合，BLEU（按字）{found.overlap.bleu:.1f}，"
        f"ROUGE-L（按词）{found.overlap.rouge_l:.1f}；"
        "它们几乎不因“未见”与“可见”对调而变，不作评价依据。<br>"
    )


def _section(title: str, body: str) -> str:
    return f"<section><h2>{title}</h2>{body}</section>"


def _pair(left: str, right: str) -> str:
    return f'<div class="pair">{left}{right}</div>'
