"""Passwords, kept as salted scrypt hashes."""

import base64
import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass

from assistant.errors import AssistantError

SHORTEST, LONGEST = 8, 256
"""Characters of a password."""

_N, _R, _P = 2**15, 8, 3
_MEMORY = 64 * 2**20
_SALT_BYTES, _HASH_BYTES = 16, 32


@dataclass(frozen=True)
class Secret:
    """A password's salted hash, with what it cost.

    Attributes:
        n: scrypt's cost in memory and time, a power of two.
        r: scrypt's block size.
        p: scrypt's parallelism.
        salt: random, base64.
        hash: 32 bytes, base64.
    """

    n: int
    r: int
    p: int
    salt: str
    hash: str

    def matches(self, password: str) -> bool:
        """Whether it is this password; takes as long when it is not."""
        found = _hash(password, base64.b64decode(self.salt), self.n, self.r, self.p)
        return hmac.compare_digest(found, base64.b64decode(self.hash))


def seal(password: str) -> Secret:
    """A new secret for ``password``, with a salt of its own."""
    salt = secrets.token_bytes(_SALT_BYTES)
    made = _hash(password, salt, _N, _R, _P)
    return Secret(
        _N, _R, _P, base64.b64encode(salt).decode("ascii"), base64.b64encode(made).decode("ascii")
    )


def check_password(password: str, name: str) -> str:
    """The password itself, if it will do.

    Raises:
        AssistantError: ACC-104 too short, too long, or the name itself.
    """
    if not SHORTEST <= len(password) <= LONGEST or password.casefold() == name.casefold():
        raise AssistantError(
            "ACC-104",
            f"密码须为 {SHORTEST} 至 {LONGEST} 个字符，且不能与用户名相同。",
            next_step="请换一个较长的密码，例如几个不相关的词连在一起。",
        )
    return password


def _hash(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    # The same characters typed on another keyboard or system are the same password.
    plain = unicodedata.normalize("NFKC", password).encode("utf-8", "replace")
    return hashlib.scrypt(plain, salt=salt, n=n, r=r, p=p, maxmem=_MEMORY, dklen=_HASH_BYTES)
