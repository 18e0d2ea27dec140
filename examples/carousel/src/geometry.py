import math


def area_of_circle(radius: float) -> float:
    return math.pi * radius**2
