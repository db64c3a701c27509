# Needs make, python3 (3.11 to 3.13) and python3-venv. Everything else is installed on the way.
PYTHON ?= python3
export MEDKARTA_FROM_MAKE = 1

.DEFAULT_GOAL := help
.PHONY: help run test check bench bench-fhir bench-security gallery clean

help:
	@echo "make run     start everything and print the address (PORT=8000)"
	@echo "make test    run the tests (ARGS= goes to pytest)"
	@echo "make check   format, lint, types, architecture"
	@echo "make bench   measure start-up, memory and the ways through the program"
	@echo "make bench-fhir  load on the FHIR API, or on another server (ARGS= --help says how)"
	@echo "make bench-security  what the time of an answer tells (ARGS= --help says how)"
	@echo "make gallery pictures of every page in every state, into gallery/ (ARGS= ru or en, scenes)"
	@echo "make clean   remove environment and caches; the data stays"

# No shell between make and the program: Ctrl-C and the end of make reach it directly.
run:
	@$(PYTHON) tools/bootstrap.py run

test:
	@$(PYTHON) tools/bootstrap.py test $(ARGS)

check:
	@$(PYTHON) tools/bootstrap.py check

bench:
	@$(PYTHON) tools/bootstrap.py bench $(ARGS)

bench-fhir:
	@$(PYTHON) tools/bootstrap.py bench-fhir $(ARGS)

bench-security:
	@$(PYTHON) tools/bootstrap.py bench-security $(ARGS)

gallery:
	@$(PYTHON) tools/bootstrap.py gallery $(ARGS)

clean:
	@$(PYTHON) tools/bootstrap.py clean
