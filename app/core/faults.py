"""What is wrong with an imported file: every fault by line and column, and nothing written."""

from typing import Any, Protocol

from pydantic import BaseModel, ValidationError

from app.core.errors import Problem
from app.core.i18n import text

MAX_FAULTS = 1000


class ImportFault(BaseModel):
    """One bad row: its line in the file, the column where known, and what is wrong."""

    line: int
    column: str | None
    code: str
    message: str


class Report(Protocol):
    """What an import answers."""

    faults: list[ImportFault]

    def model_dump(self, *, mode: str) -> dict[str, Any]:
        """The report as JSON."""
        ...


def fault(line: int, column: str | None, code: str, **params: object) -> ImportFault:
    """One fault in the reader's language."""
    message = text("validation", code, params)
    return ImportFault(line=line, column=column, code=code, message=message)


def faults_of(error: ValidationError, line: int, prefix: str = "") -> list[ImportFault]:
    """A faulty row's faults; the columns are the fields' names behind `prefix`."""
    return [
        ImportFault(
            line=line,
            column=prefix + "/".join(map(str, detail["loc"])),
            code=detail["type"],
            message=text("validation", detail["type"], detail.get("ctx"), fallback=detail["msg"]),
        )
        for detail in error.errors()
    ]


def refuse_faulty(report: Report) -> None:
    """422 with the report where a file has faults."""
    if report.faults:
        extra = {"report": report.model_dump(mode="json")}
        raise Problem("import_refused", extra=extra, count=len(report.faults))
