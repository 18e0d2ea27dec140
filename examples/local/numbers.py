from typing import List


def numbers(n: int) -> List[int]:
    if n > 99:
        raise ValueError("%d numbers are too many" % n)
    return list(range(1, n + 1))
