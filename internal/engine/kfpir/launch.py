import json, os, signal, subprocess, sys

outputs = json.loads(sys.argv[1])["outputs"]
for place in [outputs["outputFile"]] + [p["outputFile"] for p in outputs["parameters"].values()]:
    os.makedirs(os.path.dirname(place), exist_ok=True)
program = subprocess.Popen(sys.argv[2:])
signal.signal(signal.SIGTERM, lambda *_: program.terminate())
code = program.wait()
if code:
    sys.exit(code if code > 0 else 128 - code)
said = {}
if os.path.exists(outputs["outputFile"]):
    with open(outputs["outputFile"]) as f:
        said = json.load(f).get("parameterValues") or dict()
for name, value in said.items():
    with open(outputs["parameters"][name]["outputFile"], "w") as f:
        f.write(value if isinstance(value, str) else json.dumps(value))
