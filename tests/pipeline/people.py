"""People who try things: what is done succeeds, what is refused is refused well."""

import re
from dataclasses import dataclass
from typing import Any, ClassVar

import httpx2

from tests.world import Client, problem

CHINESE = re.compile("[\u4e00-\u9fff]")


@dataclass
class Refused(Exception):  # noqa: N818  not an error: the rules say no
    """A 4xx that has been looked at."""

    code: str
    about: tuple[str, ...]


class Person(Client):
    """A client whose refusals must be problems in both languages; whoever asks is told by name."""

    heard: ClassVar[set[tuple[str, ...]]] = set()
    written: ClassVar[int] = 0

    async def request(self, method: str, path: str, **given: Any) -> httpx2.Response:
        response = await super().request(method, path, **given)
        if response.status_code < 400:
            Person.written += method != "GET"
            return response
        assert response.status_code < 500, (method, path, given, response.text)
        body = problem(response, response.status_code, response.json()["code"])
        about = tuple(error["code"] for error in body.get("errors", ()))
        if (method, body["code"], *about) not in self.heard:
            self.heard.add((method, body["code"], *about))
            headers = {**given.pop("headers", {}), "Accept-Language": "zh"}
            again = await super().request(method, path, **given, headers=headers)
            _check_texts(body, problem(again, response.status_code, body["code"]))
        raise Refused(body["code"], about)


def _check_texts(english: Any, chinese: Any) -> None:
    """Every text is there in both languages, with its placeholders filled."""
    pairs = [(english[name], chinese[name], "") for name in ("title", "detail")]
    both = zip(english.get("errors", ()), chinese.get("errors", ()), strict=True)
    pairs += [(one["message"], other["message"], one["code"]) for one, other in both]
    for in_english, in_chinese, code in pairs:
        assert CHINESE.search(in_chinese), chinese
        assert in_english, english
        assert in_english not in {in_chinese, code}, english
        assert not {"{", "}"} & set(in_english + in_chinese), english
