"""What is said of one sign."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SignPhrases:
    """Phrases of one sign.

    Attributes:
        seen: sentences for 检查所见.
        named: phrases for 诊断意见, from which also answers are made.
        absent: how its absence is said after 未见.
        advice: what to do next.
        plain: for the family, without technical words.
        alarm: what to do next when its size or shape alone makes it grave; else ``advice``.
        more: what each of its traits adds to a sentence, behind a comma.
        contrast: what contrast medium adds to a sentence; one of them is said.
        several: ``seen`` where there are more than one, of which the largest is measured.
        several_named: ``named`` where there are more than one.
        where: the answer to where it is when the finding has no place.
        extent: how far it reaches, when it has neither size nor grade.
        measured: what the size is the size of, where that is not the thing itself.
        short: its name behind a place that says the rest, for example 骨折 after 左侧颞骨.
    """

    seen: tuple[str, ...]
    named: tuple[str, ...]
    absent: str
    advice: tuple[str, ...]
    plain: str
    alarm: tuple[str, ...] = ()
    more: tuple[tuple[str, str], ...] = ()
    contrast: tuple[str, ...] = ()
    several: tuple[str, ...] = ()
    several_named: tuple[str, ...] = ()
    where: str = ""
    extent: str = "范围较弥漫"
    measured: str = ""
    short: str = ""
