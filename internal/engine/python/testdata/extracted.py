"""Compares functions that were cut out of modules with those in the modules: same syntax trees, same places.

Standard input has one function a line, as JSON; standard output the ones that differ, and the count of all.
"""

import ast
import json
import sys
import warnings

warnings.simplefilter("ignore")


def dump(node):
    return ast.dump(node, include_attributes=True)


def main():
    count, name, functions = 0, None, {}
    for line in sys.stdin:
        given = json.loads(line)
        if given["name"] != name:
            name = given["name"]
            functions = {node.lineno: node for node in ast.parse(given["text"]).body if hasattr(node, "args")}
        found = ast.parse("\n" * (given["line"] - 1) + given["definition"]).body
        count += 1
        if len(found) != 1 or dump(found[0]) != dump(functions[given["def"]]):
            print(name, given["def"])
    print(count, "functions compared")


if __name__ == "__main__":
    main()
