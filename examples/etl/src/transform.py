def transform(orders: Input[Dataset], totals: Output[Dataset]) -> NamedTuple("Result", [("accepted", int), ("rejected", int)]):
    """Adds up the orders of each customer and leaves out what makes no sense.

    Args:
        orders: CSV with the columns id, customer and amount.
        totals: CSV with the columns customer, orders and amount.
    """
    import csv
    from collections import defaultdict
    from decimal import Decimal, InvalidOperation

    count, amount, rejected = defaultdict(int), defaultdict(Decimal), 0
    with open(orders.path, newline="") as file:
        for row in csv.DictReader(file):
            try:
                value = Decimal(row["amount"])
            except InvalidOperation:
                value = Decimal("-1")
            if value < 0 or not row["customer"]:
                rejected += 1
                print(f"order {row['id']} is left out: {row}")
                continue
            count[row["customer"]] += 1
            amount[row["customer"]] += value
    with open(totals.path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["customer", "orders", "amount"])
        for customer in sorted(count):
            writer.writerow([customer, count[customer], amount[customer]])
    totals.metadata["customers"] = len(count)
    return (sum(count.values()), rejected)
