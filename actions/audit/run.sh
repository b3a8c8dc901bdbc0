#!/usr/bin/env bash
# Audit $INPUT_DATA; leave with the audit's exit code, and name the SARIF file in $GITHUB_OUTPUT where one was written.
set -uo pipefail
command=(advisor audit "$INPUT_DATA" --fail-on "${INPUT_FAIL_ON:-error}" --format "${INPUT_FORMAT:-sarif}")
if [ -n "${INPUT_BASELINE:-}" ]; then
  command+=(--baseline "$INPUT_BASELINE")
fi
if [ "${INPUT_FORMAT:-sarif}" != sarif ]; then
  exec "${command[@]}"
fi
sarif="$RUNNER_TEMP/advisor-audit.sarif"
code=0
"${command[@]}" > "$sarif" || code=$?
if [ -s "$sarif" ]; then
  echo "sarif=$sarif" >> "$GITHUB_OUTPUT"
fi
exit "$code"
