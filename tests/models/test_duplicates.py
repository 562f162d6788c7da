"""The level of a pair: by hand, and never lower for more evidence."""

from dataclasses import fields, replace

from hypothesis import given
from hypothesis import strategies as st

from app.models.duplicates import DuplicateLevel, Likeness

PARTS = st.floats(0, 1)
FLAGS = st.booleans()
LIKENESSES = st.builds(Likeness, FLAGS, FLAGS, FLAGS, PARTS, FLAGS, FLAGS, FLAGS, PARTS)
ORDER = [None, *DuplicateLevel]


def test_levels_by_hand() -> None:
    found = [
        Likeness(has_same_credit_code=True).level(),
        Likeness(has_same_registration=True).level(),
        Likeness(has_same_name=True).level(),
        Likeness(name_similarity=0.8, has_same_region=True, has_same_industry=True).level(),
        Likeness(name_similarity=0.99).level(),
        Likeness(has_same_investor=True, has_same_industry=True, amount_closeness=0.8).level(),
        Likeness(has_same_investor=True).level(),
        Likeness(name_similarity=0.4, has_same_region=False).level(),
    ]
    assert found == [
        "certain", "certain_foreign", "same_name", "likely", "possible", "likely", "possible", None,
    ]  # fmt: skip


@given(LIKENESSES, st.data())
def test_more_evidence_never_lowers_the_level(likeness: Likeness, data: st.DataObject) -> None:
    name = data.draw(st.sampled_from([part.name for part in fields(Likeness)]))
    value = getattr(likeness, name)
    more = True if isinstance(value, bool) else data.draw(st.floats(value, 1))
    raised = replace(likeness, **{name: more})
    assert ORDER.index(raised.level()) >= ORDER.index(likeness.level())
    assert raised.score() >= likeness.score()
