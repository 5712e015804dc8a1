"""What the settings tab says. Chinese, in one place."""

from collections.abc import Mapping

TAB = "设置"
WINDOWS = "科室自定的窗"
WINDOWS_HINT = "每行一个：名称 窗位/窗宽，例如\n胰腺 40/200"
SHIPPED = "内置的窗"
SENTENCES: Mapping[str, tuple[str, str]] = {
    "system": ("系统提示词", "新对话的开头。改动会使模型看到与训练时不同的内容，请先评估。"),
    "default_question": ("默认提问", "“描述并诊断”与批量所问。"),
    "report": ("报告的要求", "选“报告”时加在提问之后。"),
    "plain": ("患者版的要求", "选“患者版”时加在提问之后。"),
}
"""Label and note of each of :data:`assistant.preferences.SENTENCES`; empty is as shipped."""
SUGGESTIONS = "提问建议"
SUGGESTIONS_NOTE = "每行一句，最多 8 句，固定显示在提问框上方。"
SUGGESTIONS_HINT = "留空则随图像的部位与已有的回答变化"
KEEP = "对话保留天数"
KEEP_NOTE = "从最后一次问答算起，到期自动永久删除；0 为一直保留。"
LOOK = "外观"
LOOKS: Mapping[str, str] = {"浅色": "light", "深色": "dark", "随系统": "system"}
LOOK_NOTE = "对没有点过 ◐ 的浏览器有效，下次打开页面时生效。"
SAVE = "保存"
SAVED = "已保存，即刻生效。"
KEPT_IN = "保存在数据文件夹的 settings.json 中。"


def now_kept(days: int) -> str:
    """What the configuration says where nothing is set."""
    return f"留空则为配置文件中的 {days} 天" if days else "留空则一直保留"
