"""Prints what CPython knows of the names in the standard library's modules, one module a line, as JSON.

Of each scope: its type, name and line, and the names that are local, free and global in it.
"""

import json
import os
import random
import sys
import symtable
import warnings

warnings.simplefilter("ignore")
LIBRARY = os.path.dirname(os.__file__)
# Directories of files that are not modules, or that are broken on purpose.
SKIPPED = {"site-packages", "__pycache__", "bad", "badsyntax", "data", "lib2to3/tests/data"}


def modules():
    """The paths of all modules, in a fixed order."""
    for directory, names, files in os.walk(LIBRARY):
        names[:] = sorted(name for name in names if name not in SKIPPED)
        for file in sorted(files):
            if file.endswith(".py") and "badsyntax" not in file and "bad_coding" not in file:
                yield os.path.join(directory, file)


def read(path):
    """The text of a module, or None where it is not UTF-8."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return file.read()
    except UnicodeDecodeError:
        return None


def select(count, largest):
    """The texts of count modules of at most largest bytes, drawn once and for all."""
    texts = []
    for path in modules():
        text = read(path)
        if text is not None and "\0" not in text and len(text) <= largest:
            texts.append((os.path.relpath(path, LIBRARY), text))
    random.Random(4).shuffle(texts)
    return texts[:count]


def scopes(table):
    kind = table.get_type()
    names = {"local": [], "free": [], "global": []}
    for symbol in table.get_symbols():
        if symbol.get_name().startswith("."):
            continue  # the hidden argument of a comprehension
        if symbol.is_free():
            names["free"].append(symbol.get_name())
        elif symbol.is_global():
            names["global"].append(symbol.get_name())
        elif symbol.is_local():
            names["local"].append(symbol.get_name())
    name = table.get_name()
    yield [kind, name, table.get_lineno(), *(sorted(names[key]) for key in ("local", "free", "global"))]
    for child in table.get_children():
        yield from scopes(child)


def main():
    for name, text in select(int(sys.argv[1]), 200_000):
        try:
            table = symtable.symtable(text, name, "exec")
            compile(text, name, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError) as error:
            print(json.dumps({"name": name, "text": text, "error": str(error)}))
            continue
        print(json.dumps({"name": name, "text": text, "scopes": list(scopes(table))}))


if __name__ == "__main__":
    main()
