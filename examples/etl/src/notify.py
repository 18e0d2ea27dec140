def notify(status: str, failures: list) -> str:
    """Says what became of the run; a real one would write to a chat or a pager."""
    lines = [f"ETL of the shop: {status}"]
    lines += [f"- {failure.get('displayName')}: {failure.get('message')}" for failure in failures]
    message = "\n".join(lines)
    print(message)
    return message
