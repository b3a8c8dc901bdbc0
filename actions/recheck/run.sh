#!/usr/bin/env bash
# Recheck $INPUT_REPORTS; annotate the run, write what moved for people, and leave with the recheck's exit code.
set -uo pipefail
shopt -s globstar nullglob
# Unquoted on purpose: patterns become files here, and nothing in them is run.
# shellcheck disable=SC2206
reports=($INPUT_REPORTS)
if [ "${#reports[@]}" -eq 0 ]; then
  echo "::error title=Recheck::no report matches the patterns that were given"
  exit 1
fi
options=()
if [ -n "${INPUT_RULES:-}" ]; then
  options+=(--rules "$INPUT_RULES")
fi
code=0
advisor recheck "${reports[@]}" "${options[@]}" --format github || code=$?
said="$RUNNER_TEMP/advisor-recheck.md"
{
  echo "### Saved decisions, checked again"
  echo
  echo '```text'
  advisor recheck "${reports[@]}" "${options[@]}" || true
  echo '```'
} > "$said"
cat "$said" >> "$GITHUB_STEP_SUMMARY"
echo "said=$said" >> "$GITHUB_OUTPUT"
if [ "$code" -eq 3 ]; then
  echo "moved=true" >> "$GITHUB_OUTPUT"
fi
exit "$code"
