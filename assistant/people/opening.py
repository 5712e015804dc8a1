"""Whether the page may listen where it is told to."""

from assistant.errors import AssistantError
from assistant.people.roll import Roll
from assistant.settings import is_home


def check_open(host: str, roll: Roll) -> None:
    """Let only a page with login be reached from other machines.

    Raises:
        AssistantError: ACC-101 the file of users cannot be read, ACC-111 there are none.
    """
    if not roll.people() and not is_home(host):
        raise AssistantError(
            "ACC-111",
            f"地址 {host} 可从其他机器打开，却还没有任何用户，页面不会启动。",
            next_step="请先运行 python launcher.py users add 用户名；"
            "要在页面上批量读取本机文件夹，还须设置 batch_roots。或改用 --host 127.0.0.1。",
        )
