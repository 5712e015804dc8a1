"""docs/performance.md: the table and the chart of ``engines.py``, between two marks."""

from dataclasses import dataclass
from html import escape
from pathlib import Path

DOCS = Path(__file__).resolve().parents[1] / "docs"
BEGIN, END = "<!-- engines: begin -->", "<!-- engines: end -->"

TITLES = {
    "ours": "本程序（OpenVINO INT4）",
    "openvino-genai": "openvino-genai 默认",
    "openvino-genai-sdpa": "openvino-genai SDPA，64 一组",
    "optimum-intel": "optimum-intel INT4",
    "transformers-bf16": "transformers bf16",
    "transformers-nf4": "transformers + bitsandbytes NF4",
}
ROWS = {
    "prepared_s": ("首字，图像先放 8 秒（s）", 2),
    "warm_s": ("首字，图像与问题同时（s）", 2),
    "cold_s": ("启动后第一问首字（s）", 2),
    "load_s": ("加载（s）", 1),
    "followup_s": ("追问首字，4 段对话轮流（s）", 2),
    "ms_token": ("每词元（ms）", 1),
    "folder_s": ("文件夹，每幅 200 词元（s）", 1),
    "peak_gb": ("内存峰值，对话（GB）", 2),
    "folder_peak_gb": ("内存峰值，文件夹（GB）", 2),
}


@dataclass(frozen=True)
class Entry:
    """An engine's medians over so many rounds, by the names of ``peers.Figures``."""

    name: str
    rounds: int
    figures: dict[str, float | None]


@dataclass(frozen=True)
class Measured:
    """A run on one machine.

    Attributes:
        bandwidth_gb_s: best multi-threaded read of this run.
        token_gb: weights that a token reads once, of the OpenVINO folder.
        missing: engines that could not be measured, and why.
    """

    machine: str
    date: str
    model: str
    bandwidth_gb_s: float
    token_gb: float
    entries: tuple[Entry, ...]
    missing: dict[str, str]

    @property
    def limit_ms(self) -> float:
        """A token cannot be faster than its weights are read."""
        return 1000 * self.token_gb / self.bandwidth_gb_s

    def table(self) -> str:
        """Markdown: a row a figure, with the ratio to ours in brackets."""
        ours = next((entry for entry in self.entries if entry.name == "ours"), None)
        lines = [f"{self.date} · {self.machine} · {self.model}", ""]
        heads = [f"{TITLES[entry.name]}（{entry.rounds} 轮）" for entry in self.entries]
        lines += ["| 项目 | " + " | ".join(heads) + " |", "|---" * (len(heads) + 1) + "|"]
        for key, (title, digits) in ROWS.items():
            cells = [self._cell(entry, ours, key, digits) for entry in self.entries]
            lines.append(f"| {title} | " + " | ".join(cells) + " |")
        lines += ["", self._limit(ours)]
        for name, why in self.missing.items():
            lines.append(f"\n未测：{TITLES[name]}（{why}）。")
        return "\n".join(lines)

    def _cell(self, entry: Entry, ours: Entry | None, key: str, digits: int) -> str:
        value = entry.figures[key]
        if value is None:
            return "无此功能"
        text = f"{value:.{digits}f}"
        reference = ours.figures[key] if ours is not None else None
        if entry is ours or not reference:
            return text
        return f"{text}（{value / reference:.1f}×）"

    def _limit(self, ours: Entry | None) -> str:
        text = (
            f"本次实测多线程读带宽最高 {self.bandwidth_gb_s:.1f} GB/s；INT4 语言部分每词元读 "
            f"{self.token_gb:.3f} GB，极限 {self.limit_ms:.1f} ms/词元"
        )
        speed = ours.figures["ms_token"] if ours is not None else None
        return f"{text}，本程序为极限的 {speed / self.limit_ms:.2f} 倍。" if speed else f"{text}。"

    def chart(self) -> str:
        """SVG: seconds to the first token and a picture of a folder, to a scale of their own."""
        keys = ("warm_s", "followup_s", "folder_s")
        bars, y = [], 30
        for key in keys:
            bars.append(f'<text x="8" y="{y}" class="head">{escape(ROWS[key][0])}</text>')
            told = [(e, value) for e in self.entries if (value := e.figures[key]) is not None]
            longest = max((value for _, value in told), default=1.0)
            for entry, value in told:
                y += 22
                width = 340 * value / longest
                tone = "ours" if entry.name == "ours" else "peer"
                bars.append(
                    f'<text x="8" y="{y}">{escape(TITLES[entry.name])}</text>'
                    f'<rect class="{tone}" x="250" y="{y - 12}" width="{width:.0f}" height="14"/>'
                    f'<text x="{256 + width:.0f}" y="{y}">{value:.2f} s</text>'
                )
            y += 36
        style = (
            "text{font:13px sans-serif;fill:#334}.head{font-weight:bold}"
            ".ours{fill:#0b7285}.peer{fill:#adb5bd}"
        )
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 680 {y - 10}" role="img" '
            f'aria-label="各引擎用时"><style>{style}</style>'
            f'<rect width="680" height="{y - 10}" fill="#fff"/>{"".join(bars)}</svg>\n'
        )


def write_page(measured: Measured) -> None:
    """Put the table into docs/performance.md and the chart beside it."""
    (DOCS / "images" / "engines.svg").write_text(measured.chart(), encoding="utf-8")
    page = DOCS / "performance.md"
    text = page.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2]
    chart = "![各引擎用时](images/engines.svg)"
    page.write_text(f"{head}{BEGIN}\n{measured.table()}\n\n{chart}\n{END}{tail}", encoding="utf-8")
