#!/usr/bin/env bash
# Pushes the image that examples/carousel needs to the dev cluster's registry: Python with the helper module.
set -euo pipefail
cd "$(dirname "$0")/.."
go -C tools/devcluster run . image --ref 127.0.0.1:5000/carousel/material-cost:1 --from python:3.11-slim \
  --file "$PWD/examples/carousel/src/geometry.py:/app/geometry.py:644" --workdir /app
