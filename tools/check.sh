#!/usr/bin/env bash
# What `make check` runs: every check of the house, all of them even when one fails, as many at once
# as there are processors, and in the end which failed and what to do about it. Changes no file.
# Takes the tools' folder as its argument.
set -u
cd "$(dirname "$0")/.." || exit 2
bin=${1:-.venv/bin}
[ -x "$bin/ruff" ] || { echo "No tools in $bin. Run \`make check\`: it installs them first."; exit 2; }
export PATH="$(cd "$bin" && pwd):$PATH"

python_files() {
  git ls-files -z --cached --others --exclude-standard -- '*.py' | while IFS= read -r -d '' file; do
    [ -f "$file" ] && printf '%s\0' "$file"
  done
}
newest_django() { python_files | xargs -0 django-upgrade --check --target-version 5.2; }

failures=$(mktemp)
trap 'rm -f "$failures"' EXIT
checked() {  # checked <what to do when it fails> <command…>
  local remedy=$1 began=$SECONDS output
  shift
  if output=$("$@" 2>&1); then
    printf 'ok      %-34s %3d s\n' "${*:1:3}" $((SECONDS - began))
  else
    printf 'FAILED  %-34s %3d s\n%s\n\n' "${*:1:3}" $((SECONDS - began)) "$output"
    printf -- '- %s: %s\n' "${*:1:3}" "$remedy" >> "$failures"
  fi
}
step() {
  [ "$(jobs -rp | wc -l)" -lt "$(nproc)" ] || wait -n
  checked "$@" &
}

# The longest first.
step "read the test: its sentence is the promise that broke" pytest -q tests/architecture
step "mend the types; # type: ignore[code] only with its reason" mypy
step "run: djlint medkarta --reformat, then mend what --lint names" \
  djlint medkarta --lint --check --allow-empty-input
step "run: django-upgrade --target-version 5.2 on the files named" newest_django
step "delete what nobody calls" vulture
step "a house rule is broken; its message says what to do instead" ast-grep scan
step "run: python manage.py makemigrations, and read what it wrote" \
  python manage.py makemigrations --check --dry-run
step "declare the dependency in pyproject.toml with its reason, or remove it" deptry .
step "an import points up or past a door; the guidance above says where it belongs" lint-imports
step "run: ruff format ." ruff format --check --output-format concise .
step "run: ruff check --fix . and mend the rest by hand" ruff check --quiet --output-format concise .
wait

if [ -s "$failures" ]; then
  printf '\n%d of the checks failed. What to do:\n' "$(wc -l < "$failures")"
  cat "$failures"
  exit 1
fi
printf '\nAll checks passed in %d s.\n' "$SECONDS"
