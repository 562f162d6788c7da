"""Yinfeng 引凤: an investment-promotion CRM with a REST API."""

import gc

# A request makes a few thousand objects and few cycles: collect every few dozen requests. Set
# before the first class is built, for half a million objects stay from the imports.
gc.set_threshold(50_000, 20, 50)
