"""The users, in one file of the data folder."""

import os
import re
import secrets
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assistant.errors import AssistantError
from assistant.people.password import Secret, check_password, seal

FILE = "users.json"
_NAME = re.compile(r"[\w.@-]{1,32}")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Line(_Strict):
    id: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    name: Annotated[str, Field(pattern=r"^[\w.@-]{1,32}$")]
    admin: bool
    n: int = Field(ge=2**14, le=2**15)
    r: int = Field(ge=1, le=8)
    p: int = Field(ge=1, le=16)
    salt: str = Field(min_length=8)
    hash: str = Field(min_length=8)


class _File(_Strict):
    users: tuple[_Line, ...]


@dataclass(frozen=True)
class Person:
    """Somebody who may log in.

    Attributes:
        id: 32 random hexadecimal digits: whose things are whose. A later user of the same
            name is somebody else.
        name: as it is typed at the login; upper and lower case are one name.
        admin: may also change models and settings.
        secret: the password's hash.
    """

    id: str
    name: str
    admin: bool
    secret: Secret


class Roll:
    """Everybody who may log in; the file is read again whenever it changed.

    Args:
        data_dir: the data folder.
    """

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / FILE
        self._lock, self._hashing = Lock(), Lock()
        self._stamp: tuple[int, int] | None = None
        self._people: dict[str, Person] = {}
        self._nobody = seal(secrets.token_hex())

    def people(self) -> tuple[Person, ...]:
        """Everybody, in the order they were added; empty means that there is no login.

        Raises:
            AssistantError: ACC-101 the file cannot be read, so nobody is let in.
        """
        with self._lock:
            self._refresh()
            return tuple(self._people.values())

    def find(self, name: str) -> Person | None:
        """Who goes by this name. Raises as :meth:`people`."""
        return next((one for one in self.people() if one.name == _fold(name)), None)

    def check(self, name: str, password: str) -> Person | None:
        """Who it is, or None; an unknown name takes as long as a wrong password.

        Raises:
            AssistantError: ACC-101.
        """
        person = self.find(name)
        secret = person.secret if person else self._nobody
        # One at a time: a hash takes 32 MiB, and many tries must not take them all.
        with self._hashing:
            right = secret.matches(password)
        return person if right else None

    def add(self, name: str, password: str, *, admin: bool = False) -> Person:
        """A new user; the first one is an administrator.

        Raises:
            AssistantError: ACC-101, ACC-102 an impossible name, ACC-103 it is taken,
                ACC-104 the password will not do, ACC-106 the file cannot be written.
        """
        name = check_name(name)
        people = self.people()
        if any(one.name == name for one in people):
            raise AssistantError(
                "ACC-103",
                f"用户 {name} 已经存在。",
                next_step="请换一个用户名；要更换密码，请用 users password 用户名。",
            )
        secret = seal(check_password(password, name))
        person = Person(secrets.token_hex(16), name, admin or not people, secret)
        self._write((*people, person))
        return person

    def change_password(self, name: str, password: str) -> None:
        """Another password for a user, who is then logged out everywhere.

        Raises:
            AssistantError: ACC-101, ACC-104, ACC-105 nobody goes by this name, ACC-106.
        """
        person = self.known(name)
        changed = replace(person, secret=seal(check_password(password, person.name)))
        self._write(tuple(changed if one == person else one for one in self.people()))

    def known(self, name: str) -> Person:
        """Who goes by this name.

        Raises:
            AssistantError: ACC-101, ACC-105 nobody does.
        """
        person = self.find(name)
        if person is None:
            raise AssistantError(
                "ACC-105",
                f"没有用户 {name[:32]}。",
                next_step="用 python launcher.py users list 查看已有的用户。",
            )
        return person

    def remove(self, name: str) -> Person:
        """One user less, who it was; at least one administrator stays while there are others.

        Raises:
            AssistantError: ACC-101, ACC-105 nobody goes by this name, ACC-106, ACC-107
                the last administrator.
        """
        person = self.known(name)
        rest = tuple(one for one in self.people() if one != person)
        if rest and not any(one.admin for one in rest):
            raise AssistantError(
                "ACC-107",
                "这是最后一位管理员，还有其他用户，不能删除。",
                next_step="请先用 users add 名称 --admin 添加另一位管理员。",
            )
        self._write(rest)
        return person

    def _refresh(self) -> None:
        try:
            found = self._path.stat()
        except FileNotFoundError:
            self._stamp, self._people = None, {}
            return
        except OSError as error:
            raise _unreadable(error) from error
        stamp = (found.st_mtime_ns, found.st_size)
        if stamp == self._stamp:
            return
        try:
            lines = _File.model_validate_json(self._path.read_bytes()).users
        except (OSError, ValidationError) as error:
            raise _unreadable(error) from error
        self._people = {line.name: _person(line) for line in lines}
        self._stamp = stamp

    def _write(self, people: tuple[Person, ...]) -> None:
        text = _File(users=tuple(_line(one) for one in people)).model_dump_json(indent=1)
        draft = self._path.with_name(f"{FILE}.{secrets.token_hex(4)}")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
                out.write(text)
            draft.replace(self._path)
        except OSError as error:
            raise AssistantError(
                "ACC-106",
                "用户文件无法写入。",
                next_step="请检查数据文件夹的权限与磁盘空间。",
                detail=type(error).__name__,
            ) from error
        finally:
            draft.unlink(missing_ok=True)


def check_name(name: str) -> str:
    """A name as it is kept, or ACC-102."""
    if not _NAME.fullmatch(_fold(name)):
        raise AssistantError(
            "ACC-102",
            "用户名须为 1 至 32 个字符，只含汉字、字母、数字与 . _ - @。",
            next_step="请换一个用户名。",
        )
    return _fold(name)


def _fold(name: str) -> str:
    return name.strip().casefold()


def _person(line: _Line) -> Person:
    secret = Secret(line.n, line.r, line.p, line.salt, line.hash)
    return Person(line.id, line.name, line.admin, secret)


def _line(person: Person) -> _Line:
    kept = person.secret
    return _Line(
        id=person.id, name=person.name, admin=person.admin,
        n=kept.n, r=kept.r, p=kept.p, salt=kept.salt, hash=kept.hash,
    )  # fmt: skip


def _unreadable(error: Exception) -> AssistantError:
    return AssistantError(
        "ACC-101",
        "用户文件 users.json 读不出来，为保护患者影像，任何人都不能登录。",
        next_step="请从备份恢复数据文件夹中的 users.json；或删除它，再重新添加用户。",
        detail=type(error).__name__,
    )
