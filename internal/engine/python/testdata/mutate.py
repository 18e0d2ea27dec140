"""Prints mutated modules of the standard library that CPython refuses, one a line, as JSON.

Tokens are dropped, doubled and swapped, indentation is shifted, strings and brackets are left open. The seed is fixed.
"""

import io
import json
import random
import sys
import token
import tokenize
import warnings

import symbols

warnings.simplefilter("ignore")
SPACE = (token.NEWLINE, token.INDENT, token.DEDENT, token.ENDMARKER, token.ENCODING, token.NL, token.COMMENT)


class Text:
    """A module's text with the places of its tokens."""

    def __init__(self, text):
        self.text = text
        starts = [0]
        for line in io.StringIO(text):
            starts.append(starts[-1] + len(line))
        self.starts = starts
        self.tokens = [
            (t.type, starts[t.start[0] - 1] + t.start[1], starts[t.end[0] - 1] + t.end[1])
            for t in tokenize.generate_tokens(io.StringIO(text).readline)
            if t.type not in SPACE
        ]

    def replace(self, start, stop, new):
        return self.text[:start] + new + self.text[stop:]


def drop(text, draw):
    _, start, stop = draw.choice(text.tokens)
    return text.replace(start, stop, "")


def double(text, draw):
    _, start, stop = draw.choice(text.tokens)
    return text.replace(stop, stop, " " + text.text[start:stop])


def swap(text, draw):
    i = draw.randrange(len(text.tokens) - 1)
    (_, a, b), (_, c, d) = text.tokens[i], text.tokens[i + 1]
    return text.replace(a, d, text.text[c:d] + text.text[b:c] + text.text[a:b])


def shift(text, draw):
    start = draw.choice(text.starts[:-1])
    if text.text[start : start + 1] == " " and draw.random() < 0.5:
        return text.replace(start, start + 1, "")
    return text.replace(start, start, draw.choice([" ", "    ", "\t"]))


def open_string(text, draw):
    strings = [t for t in text.tokens if t[0] == token.STRING]
    if not strings:
        return None
    _, start, stop = draw.choice(strings)
    return text.replace(stop - 1, stop, "")


def open_bracket(text, draw):
    brackets = [t for t in text.tokens if text.text[t[1] : t[2]] in "()[]{}"]
    if not brackets:
        return None
    _, start, stop = draw.choice(brackets)
    return text.replace(start, stop, "")


def exchange(text, draw):
    """Puts another token of the file in a token's place."""
    (_, start, stop), (_, a, b) = draw.choice(text.tokens), draw.choice(text.tokens)
    return text.replace(start, stop, text.text[a:b])


MUTATIONS = [drop, double, swap, shift, open_string, open_bracket, exchange]


def refusal(text):
    try:
        compile(text, "mutated.py", "exec", dont_inherit=True)
    except SyntaxError as error:
        return [type(error).__name__, error.msg, error.lineno or 0]
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        return [type(error).__name__, str(error), 0]
    return None


def main():
    modules, each = int(sys.argv[1]), int(sys.argv[2])
    draw = random.Random(11)
    for name, original in symbols.select(modules, 25_000):
        try:
            text = Text(original)
        except (tokenize.TokenError, SyntaxError):
            continue
        if len(text.tokens) < 2:
            continue
        for mutate in MUTATIONS:
            for _ in range(each):
                mutated = mutate(text, draw)
                if mutated is None or mutated == original:
                    continue
                error = refusal(mutated)
                if error:
                    print(json.dumps({"name": name, "mutation": mutate.__name__, "text": mutated, "error": error}))


if __name__ == "__main__":
    main()
