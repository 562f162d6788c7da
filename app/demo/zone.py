"""Loading the demonstration zone into an empty installation, and giving its accounts a password."""

import asyncio
import random

from rich.console import Console
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from app.core.security import hash_password, verify_password
from app.demo.assessment import add_assessment
from app.demo.chains import add_chains
from app.demo.combinations import add_combinations
from app.demo.companies import add_companies, listed_companies
from app.demo.groups import add_groups
from app.demo.leads import add_leads, plans
from app.demo.money import add_published_money
from app.demo.people import ACCOUNTS, NO_LOGIN, Zone, add_people
from app.demo.rhythm import add_rhythm
from app.demo.sites import add_sites
from app.demo.targets import add_targets
from app.demo.trips import add_service, add_trips_and_events
from app.demo.visits import add_visits
from app.kpis import ledger, maturity
from app.models.officers import Officer
from app.services.officers import end_sessions

DEMO_ACCOUNTS = tuple(username for username, *_ in ACCOUNTS)
SEED = 20190630
# Early leads on companies of the public list; nothing is claimed of them but that they are leads.
_ON_THE_LIST = ("沃尔玛", "国家电网公司", "大众公司", "华为投资控股有限公司", "三星电子", "西门子")


async def load_demo(session: AsyncSession, out: Console) -> bool:
    """Fill an installation that has no demo zone yet; the same rows every time."""
    demo_officer = select(Officer).where(col(Officer.is_demo).is_(True)).limit(1)
    if (await session.exec(demo_officer)).first() is not None:
        return False
    zone = Zone(session, random.Random(SEED))  # noqa: S311  repeatable on purpose
    with out.status("Building the demo zone …"):
        await add_people(zone)
        companies = await add_companies(zone)
        await add_groups(zone, companies)
        nodes = await add_chains(zone, companies)
        await add_combinations(zone)
        listed = await listed_companies(zone, _ON_THE_LIST)
        leads = await add_leads(zone, plans(zone, companies, listed))
        sites = await add_sites(zone, leads)
        visits = await add_visits(zone, leads)
        await add_trips_and_events(zone, leads)
        await add_service(zone, leads)
        await add_rhythm(zone, leads)
        facts = await add_published_money(zone)
        targets = await add_targets(zone, companies)
        entries = await ledger.rebuild(session)
        await maturity.note_all(session)
        cards = await add_assessment(zone, leads)
    out.print(
        f"Demo zone: {len(zone.officers)} officers, {len(leads)} leads, {visits} visits,"
        f" {facts} money facts, {entries} ledger entries, five industry chains with {nodes} nodes,"
        f" {sites} sites, {targets} targets, {cards} scorecards."
    )
    return True


async def set_demo_password(session: AsyncSession, password: str) -> None:
    """Give the demo accounts one password; a changed setting takes effect on the next start."""
    accounts = (await session.exec(_accounts())).all()
    if accounts and await asyncio.to_thread(verify_password, accounts[0].password_hash, password):
        return
    digest = await asyncio.to_thread(hash_password, password)
    for account in accounts:
        account.password_hash = digest


async def close_demo_accounts(session: AsyncSession) -> None:
    """Outside demo mode nobody logs in with the demo password, whatever the database once held."""
    for account in await session.exec(_accounts()):
        account.apply({"password_hash": NO_LOGIN})
        await end_sessions(session, account.id)


def _accounts() -> SelectOfScalar[Officer]:
    return select(Officer).where(
        col(Officer.is_demo).is_(True), col(Officer.username).in_(DEMO_ACCOUNTS)
    )
