def validate(accepted: int, rejected: int, max_rejected_share: float) -> float:
    """Stops the run if too many orders were left out."""
    share = rejected / max(1, accepted + rejected)
    if share > max_rejected_share:
        raise ValueError(f"{rejected} of {accepted + rejected} orders make no sense, more than {max_rejected_share:.0%} are not allowed")
    return share
