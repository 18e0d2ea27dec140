import kfp
from kfp import dsl
from kfp.dsl import *
from typing import *

def double(number: int) -> int:
    return 2 * number
