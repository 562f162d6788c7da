"""Yinfeng 引凤: an investment-promotion CRM with a REST API."""

import gc
import warnings
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic.warnings import UnsupportedFieldAttributeWarning

# A request makes a few thousand objects and few cycles: collect every few dozen requests. Set
# before the first class is built, for half a million objects stay from the imports.
gc.set_threshold(50_000, 20, 50)

# A worker meets few of its shapes: each builds its validator when it is first used (20 MB less, at
# most 15 ms for one). FastAPI hushes what Pydantic says of a body's alias while it declares the
# route; built later, the same is said.
BaseModel.model_config["defer_build"] = True
warnings.filterwarnings("ignore", category=UnsupportedFieldAttributeWarning)


_NO_QUALIFIERS: set[Any] = set()


def _keep_inherited_fields(cls: type[BaseModel], **_: Any) -> None:
    """Pydantic copies all fields of a base for each class; ours never change one (6 MB less).

    What a generic class leaves open is another field once it is said.
    """
    inherited: dict[str, FieldInfo] = {}
    for base in reversed(cls.__bases__):
        inherited |= getattr(base, "model_fields", {})
    for name in inherited.keys() - cls.__annotations__.keys():
        if cls.model_fields[name].annotation is inherited[name].annotation:
            cls.model_fields[name] = inherited[name]
    # An empty set for each field is 1 MB.
    for info in cls.model_fields.values():
        info._qualifiers = info._qualifiers or _NO_QUALIFIERS  # noqa: SLF001


BaseModel.__pydantic_init_subclass__ = classmethod(_keep_inherited_fields)  # pyright: ignore[reportAttributeAccessIssue]
