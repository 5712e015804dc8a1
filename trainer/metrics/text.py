"""BLEU and ROUGE-L of Chinese text: a footnote, for a flipped 未见 hardly moves them."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Overlap:
    """Wording in common with reference reports, each from 0 to 100.

    Attributes:
        bleu: corpus BLEU-4 over characters, sacrebleu's ``zh`` tokenisation.
        rouge_l: mean ROUGE-L F1 over words, cut by jieba.
    """

    bleu: float
    rouge_l: float


def overlap(references: Sequence[str], answers: Sequence[str]) -> Overlap:
    """Compare answers with one reference each.

    Needs the training environment (sacrebleu, rouge-chinese, rjieba).
    """
    from rouge_chinese import Rouge
    from sacrebleu.metrics import BLEU

    bleu = BLEU(tokenize="zh").corpus_score(list(answers), [list(references)]).score
    rouge = Rouge(metrics=["rouge-l"])
    scored = [
        rouge.get_scores(said, wanted)[0]["rouge-l"]["f"]
        for said, wanted in zip(map(_words, answers), map(_words, references), strict=True)
        if said and wanted  # an empty answer has nothing in common, and the library refuses it
    ]
    return Overlap(float(bleu), 100 * sum(scored) / max(len(answers), 1))


def _words(text: str) -> str:
    """Words apart; a full stop would end a sentence for the library, and may leave it empty."""
    import rjieba

    return " ".join(word for word in rjieba.cut(text.replace(".", "·")) if word.strip())
