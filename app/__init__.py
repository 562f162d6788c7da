"""Yinfeng 引凤: an investment-promotion CRM with a REST API."""

import gc
import warnings

from pydantic import BaseModel
from pydantic.warnings import UnsupportedFieldAttributeWarning

# A request makes a few thousand objects and few cycles: collect every few dozen requests. Set
# before the first class is built, for half a million objects stay from the imports.
gc.set_threshold(50_000, 20, 50)

# A worker meets few of its shapes: each builds its validator when it is first used (20 MB less, at
# most 15 ms for one). FastAPI hushes what Pydantic says of a body's alias while it declares the
# route; built later, the same is said.
BaseModel.model_config["defer_build"] = True
warnings.filterwarnings("ignore", category=UnsupportedFieldAttributeWarning)
