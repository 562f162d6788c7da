"""The caller's own account, as answered."""

from uuid import UUID

from pydantic import BaseModel

from app.models.roles import Permission, Role


class MeRead(BaseModel):
    """Who is asking, and what the role may do."""

    id: UUID
    name: str
    role: Role
    team_id: UUID | None
    permissions: list[Permission]
