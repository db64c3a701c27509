"""How the tests are shared out among the processes that run them.

Not by xdist's groups: its 3.8 writes a group into a private field that pytest 9.2 no longer reads.
"""

from xdist.scheduler import LoadScopeScheduling

JOURNEYS = "tests/journeys/"
# Those who sign in again and again wait for new codes: beside the others, with a service of theirs.
WAYS_IN = tuple(
    f"{JOURNEYS}test_journey_{one}" for one in ("pass", "sessions", "sign_in", "way_in")
)
# The walks over all pages are long, and nothing that they do matters to another journey.
APART = "tests/journeys/test_journey_crawl.py"
# Programs and a citizen's app, with a service that is theirs.
CLIENTS = "tests/journeys/fhir_clients/"

# What takes minutes: begun last, it would keep one process busy when all others are done.
SLOW = ("tests/journeys/", "tests/config/", "tests/fhir_api/test_fhir_api_matrix.py")


class ByFile(LoadScopeScheduling):
    """A file's tests stay together; so do journeys, as they share one service and its people.

    They run in the order in which they stand, for one is signed out where the next signs in.
    """

    def _split_scope(self, nodeid):
        file = nodeid.split("::")[0]
        if file.startswith(CLIENTS):
            return CLIENTS
        if file.startswith(WAYS_IN):
            return WAYS_IN[0]
        return JOURNEYS if file.startswith(JOURNEYS) and file != APART else file


def pytest_collection_modifyitems(items):
    """The slow ones first."""
    items.sort(key=lambda item: not item.nodeid.startswith(SLOW))


def pytest_xdist_make_scheduler(config, log):
    """Xdist asks for it once, in the process that shares out."""
    config.option.loadscopereorder = False  # it would begin with the files of most tests
    return ByFile(config, log)
