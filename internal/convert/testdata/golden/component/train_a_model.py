import sys

with open(sys.argv[-1], "w") as model:
    model.write("${HOME} {{ "{{" }}x}}")
