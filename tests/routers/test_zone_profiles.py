"""The zone's profile: one row; its city has to exist."""

import asyncpg
import pytest

from app.core.base import new_id
from tests.world import World, problem


@pytest.mark.parametrize("code", ["5300", "5399", "530", "530100", "昆明市区", 5301, None])
async def test_the_city_has_to_exist(world: World, code: object) -> None:
    (profile,) = (await world.officer.seen("/zone-profiles"))["items"]
    path = f"/zone-profiles/{profile['id']}"
    reply = await world.system_admin.patch(path, {"city_code": code}, '"v1"')
    (fault,) = problem(reply, 422, "invalid_values")["errors"]
    assert fault["pointer"] == "/city_code"
    assert await world.officer.seen(path) == profile


async def test_there_is_one_profile(world: World) -> None:
    with pytest.raises(asyncpg.UniqueViolationError):
        await world.database.execute(
            "INSERT INTO zone_profiles (id, version, created_at, updated_at, name, city_code)"
            " VALUES ($1, 1, now(), now(), '另一个', '5303')",
            new_id(),
        )
