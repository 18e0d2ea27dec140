import numpy


def calculate_material_cost(radius: float, cost_per_square_unit: float) -> float:
    """Price of the material for a round carousel."""
    return float(numpy.pi * radius**2 * cost_per_square_unit)
