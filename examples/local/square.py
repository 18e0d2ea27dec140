def square(x: int) -> int:
    print("squaring", x)
    return x * x
