"""How a lead is worked on (A5) and where it grows (A4)."""

from app.core.types import Code


class Mechanism(Code):
    """The four ways of working: 领导带头, 职能部门, 重点区域驻点, 借助外力委托."""

    leader_led = "leader_led"
    department = "department"
    stationed = "stationed"
    commissioned = "commissioned"


class Direction(Code):
    """外引 from outside, 内培 grown here."""

    external = "external"
    internal = "internal"
