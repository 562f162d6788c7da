"""A valid call, and what several of them share."""

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import httpx2
from argon2 import PasswordHasher

from tests.world import Client

BATCH = "/batch?atomic=true"
PASSWORD = "Correct-horse-7"
# Rows of the matrix of `tests/services/test_access.py` that many operations share.
BUSINESS, FIELD, LISTS = "+++++++3+3331", "++++++3333331", "33+3+++333331"
OWN_READ, OWN_EDIT, RECOGNISE = "+4+44++3+3331", "+4+4433333331", "33+34+3333331"
DIRECTORY, SYSTEM, SECURITY = "+++++++3++++1", "333333333+331", "3333333333+31"
ACCOUNT, PUBLIC = "++++++++++++1", "+++++++++++++"
FILE = (
    "排名,企业名称,英文名称,国家,城市,行业,营业收入\n"
    "1,云南锗业股份有限公司,Yunnan Germanium,中国,临沧,有色金属,12.5\n,波音,,美国,,,\n"
).encode()

CHAIN = (
    "记录类型,编号,名称,上中下游,起点编号,终点编号,关联强度,依据,类型\n"
    "产业链,,智能装备,,,,,,新兴产业\n环节,A1,减速器,上游,,,,,\n环节,B1,机器人,中游,,,,,\n"
    "关联,,,,A1,B1,3,专家判断,\n"
).encode()


@dataclass(frozen=True)
class Call:
    """A request that succeeds once; `path` is below `/api/v1`."""

    client: Client
    method: str
    path: str
    json: Any = None
    etag: str | None = None
    more: dict[str, Any] = field(default_factory=dict)

    async def send(self, **given: Any) -> httpx2.Response:
        headers = {"If-Match": self.etag} if self.etag else {}
        given["headers"] = headers | given.get("headers", {})
        if "content" in given:
            given["headers"] = {"Content-Type": "application/json"} | given["headers"]
        elif self.json is not None:
            given.setdefault("json", self.json)
        return await self.client.request(self.method, self.path, **self.more, **given)


def items(body: Any) -> Any:
    """The body of a batch of one."""
    return {"items": [body]}


def etag(record: Any) -> str:
    """The tag of the version of a record as answered."""
    return f'"v{record["version"]}"'


@cache
def password_hash() -> str:
    """Of `PASSWORD`, weak on purpose: Argon2 is as slow as the stored hash asks for."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
