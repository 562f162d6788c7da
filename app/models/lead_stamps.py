"""What a milestone keeps of its lead: later edits of the lead move no number."""

from uuid import UUID

from sqlmodel import Field

from app.core.types import choice
from app.models.mechanisms import Direction
from app.models.node_statuses import NodeStatus
from app.models.zone_credits import ZoneCredit


class LeadStamps(ZoneCredit):
    """The lead as it stood when the move was asked for; `chain_node_status` on the event's day."""

    combination_id: UUID | None = Field(default=None, foreign_key="combinations.id")
    chain_node_id: UUID | None = Field(default=None, foreign_key="chain_nodes.id")
    chain_node_status: NodeStatus | None = Field(default=None, sa_type=choice(NodeStatus))
    direction: Direction = Field(default=Direction.external, sa_type=choice(Direction))
    is_leading: bool = False
    is_flagship: bool = False
