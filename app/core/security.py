"""Passwords and tokens.

Tokens are opaque and random; the database keeps only their hash, so that log-out, disabling and
role changes act on the next request and a stolen backup opens nothing.
"""

import hashlib
import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MIN_PASSWORD, MAX_PASSWORD = 10, 200
_hasher = PasswordHasher()


def new_token() -> str:
    """256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> bytes:
    """What the database keeps; the token has full entropy, so a fast hash is enough."""
    return hashlib.sha256(token.encode()).digest()


def new_password() -> str:
    """A generated password that meets the policy."""
    while True:
        password = secrets.token_urlsafe(12)
        if password_faults(password) == []:
            return password


def hash_password(password: str) -> str:
    """Argon2id (RFC 9106), library defaults; slow by design: run it in a thread."""
    return _hasher.hash(password)


@lru_cache
def _nobody() -> str:
    return _hasher.hash("nobody has this password")


def verify_password(stored: str | None, password: str) -> bool:
    """Whether it fits; takes as long for an unknown account as for a known one."""
    try:
        return _hasher.verify(stored or _nobody(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def password_faults(password: str) -> list[str]:
    """Codes of what misses policy `mlps` (等保 2.0): ten characters, three of four classes."""
    classes = (str.isupper, str.islower, str.isdigit, lambda c: not c.isalnum())
    kinds = sum(any(map(kind, password)) for kind in classes)
    return [
        *(["password_too_short"] if len(password) < MIN_PASSWORD else []),
        *(["password_too_simple"] if kinds < 3 else []),
    ]
