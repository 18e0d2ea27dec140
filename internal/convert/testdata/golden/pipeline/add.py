import kfp
from kfp import dsl
from kfp.dsl import *
from typing import *

def add(numbers: list) -> int:
    return sum(numbers)
