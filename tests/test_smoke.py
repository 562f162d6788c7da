from tests.world import World


async def test_walk(world: World) -> None:
    lead = await world.lead_at("at_capacity")
    assert lead["stage"] == "at_capacity"
    visit = await world.visit(lead_id=lead["id"])
    print(visit)
    print(await world.officer.seen("/leads?limit=1&expand=company,owner"))
    print(await world.leader.seen("/kpis/officers?period=this_year"))
    print(await world.leader.seen("/ledger-entries?metric=M01"))
