"""What the settings tab says. Chinese, in one place."""

from collections.abc import Mapping

TAB = "设置"
WINDOWS = "科室自定的窗"
WINDOWS_HINT = "每行一个：名称 窗位/窗宽，例如\n胰腺 40/200"
SHIPPED = "内置的窗"
SYSTEM = "系统提示词"
SYSTEM_NOTE = "改动会使模型看到与训练时不同的开头，请先评估。留空则用内置的。"
SUGGESTIONS = "提问建议"
SUGGESTIONS_NOTE = "每行一句，最多 8 句，显示在提问框上方。留空则用内置的。"
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
