from geometry import area_of_circle


def calculate_material_cost(radius: float, cost_per_square_unit: float) -> float:
    """Price of the material for a round carousel.

    Args:
        radius: Radius of the carousel in metres.
        cost_per_square_unit: Price of one square metre.
    """
    return area_of_circle(radius) * cost_per_square_unit
