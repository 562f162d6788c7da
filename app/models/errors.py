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
    "funding_reversed": 409,
    "presence_verified": 409,
    "site_overbooked": 409,
    "reservation_status": 409,
    "controlled_already": 409,
    "no_recognised_signing": 409,
    "import_refused": 422,
}
