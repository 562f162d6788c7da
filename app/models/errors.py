"""The domain's own error codes and their HTTP status."""

DOMAIN_ERRORS: dict[str, int] = {
    "own_role": 403,
    "self_recognition": 403,
    "recogniser_needed": 403,
    "action_not_allowed": 409,
    "transition_refused": 409,
    "transition_decided": 409,
    "not_latest_transition": 409,
    "visit_reversed": 409,
    "presence_verified": 409,
    "possible_duplicate": 409,
    "pair_fixed": 409,
    "merge_refused": 409,
    "merge_reversed": 409,
    "merged_away": 410,
    "import_refused": 422,
}
