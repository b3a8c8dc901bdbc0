#!/bin/sh
# Resolve both locks: hashes inside, no addresses. torch is left out on purpose (see requirements-torch.txt).
set -eu
cd "$(dirname "$0")/.."
UV=${UV:-uv}
options="--generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 --quiet"
$UV pip compile pyproject.toml $options -o requirements.lock
overrides=$(mktemp)
echo "torch ; python_version < '3'" > "$overrides"
$UV pip compile pyproject.toml --all-extras --group dev $options --override "$overrides" -o requirements-dev.lock
rm -f "$overrides"
! grep -n '://' requirements.lock requirements-dev.lock
