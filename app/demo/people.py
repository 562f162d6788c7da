"""Teams and officers of the demonstration zone. Nobody here exists."""

import random
from dataclasses import dataclass, field
from uuid import NAMESPACE_URL, UUID, uuid5

from sqlmodel.ext.asyncio.session import AsyncSession

from app.models.combinations import Combination
from app.models.mechanisms import Mechanism
from app.models.node_statuses import NodeStatusEntry
from app.models.officers import Officer
from app.models.roles import Role
from app.models.teams import Team, TeamKind

NO_LOGIN = "!"
BUREAU = "投资促进局"
# name, kind: the three key industries, two stations, the agencies (product facts A5, A14).
TEAMS = (
    ("生物医药大健康招商组", TeamKind.industry_team),
    ("金属新材料招商组", TeamKind.industry_team),
    ("IT和现代服务业招商组", TeamKind.industry_team),
    ("长三角驻点招商组", TeamKind.stationed_team),
    ("粤港澳驻点招商组", TeamKind.stationed_team),
    ("委托招商机构", TeamKind.agency),
    ("重大项目指挥部", TeamKind.headquarters),
)
_MECHANISMS = {
    TeamKind.industry_team: Mechanism.department,
    TeamKind.stationed_team: Mechanism.stationed,
    TeamKind.agency: Mechanism.commissioned,
}
# One account per role that can log in; the first three work in the first team.
ACCOUNTS: tuple[tuple[str, str, Role, str | None], ...] = (
    ("officer", "段云舒", Role.officer, TEAMS[0][0]),
    ("team_lead", "和文锦", Role.team_lead, TEAMS[0][0]),
    ("leader", "木清远", Role.leader, BUREAU),
    ("assessor", "刀海棠", Role.assessor, None),
    ("agent", "彩云招商顾问", Role.agent, TEAMS[5][0]),
    ("auditor", "赵知秋", Role.auditor, None),
    ("system_admin", "钱有维", Role.system_admin, None),
    ("security_admin", "孙慎行", Role.security_admin, None),
    ("audit_admin", "李鉴明", Role.audit_admin, None),
)
COLLEAGUES: tuple[tuple[str, Role, int], ...] = (
    ("杨澜江", Role.officer, 0),
    ("罗雪盘", Role.officer, 0),
    ("普金沙", Role.team_lead, 1),
    ("沐春城", Role.officer, 1),
    ("岩温罕", Role.officer, 1),
    ("尹石林", Role.team_lead, 2),
    ("白翠湖", Role.officer, 2),
    ("陶抚仙", Role.officer, 2),
    ("马呈贡", Role.team_lead, 3),
    ("段苍山", Role.officer, 3),
    ("周洱海", Role.team_lead, 4),
    ("吴滇池", Role.officer, 4),
)


def demo_id(*parts: object) -> UUID:
    """The same id on every installation."""
    return uuid5(NAMESPACE_URL, "yinfeng-demo:" + ":".join(map(str, parts)))


@dataclass
class Zone:
    """What has been made so far, and the dice."""

    session: AsyncSession
    dice: random.Random
    teams: dict[str, Team] = field(default_factory=dict)
    officers: list[Officer] = field(default_factory=list)
    units: dict[str, Combination] = field(default_factory=dict)
    nodes: dict[tuple[str, str], UUID] = field(default_factory=dict)
    statuses: list[NodeStatusEntry] = field(default_factory=list)

    def field_officers(self) -> list[Officer]:
        """Those who work leads."""
        return [o for o in self.officers if o.role in {Role.officer, Role.team_lead}]

    def path_of(self, officer: Officer) -> list[UUID]:
        """The teams above an officer."""
        return next((team.path for team in self.teams.values() if team.id == officer.team_id), [])


async def add_people(zone: Zone) -> None:
    """Teams under their bureau, then accounts."""
    bureau = _team(zone, BUREAU, TeamKind.bureau, None)
    await zone.session.flush()
    for name, kind in TEAMS:
        _team(zone, name, kind, bureau)
    await zone.session.flush()
    for username, name, role, team in ACCOUNTS:
        _officer(zone, username, name, role, team)
    for index, (name, role, team_index) in enumerate(COLLEAGUES, 1):
        _officer(zone, f"demo{index:02d}", name, role, TEAMS[team_index][0])
    await zone.session.flush()


def _team(zone: Zone, name: str, kind: TeamKind, parent: Team | None) -> Team:
    team = Team(
        id=demo_id("team", name),
        name=name,
        kind=kind,
        mechanism=_MECHANISMS.get(kind),
        is_demo=True,
    )
    team.place_under(parent)
    zone.session.add(team)
    zone.teams[name] = team
    return team


def _officer(zone: Zone, username: str, name: str, role: Role, team: str | None) -> None:
    officer = Officer(
        id=demo_id("officer", username),
        username=username,
        name=name,
        role=role,
        team_id=zone.teams[team].id if team else None,
        password_hash=NO_LOGIN,
        is_demo=True,
    )
    zone.session.add(officer)
    zone.officers.append(officer)
