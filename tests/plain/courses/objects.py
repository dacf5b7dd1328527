"""Classes: exceptions of one's own, dataclasses, named tuples, generators, operators, contexts."""

from .form import Attempt, Model, Sheet, nothing

CARGO = Sheet(
    "cargo",
    r'''
# %% answer errors
### BEGIN SOLUTION
class Overloaded(Exception):
    """Too much for the ship."""

    def __init__(self, by):
        super().__init__(f"{by} tonnes too many")
        self.by = by
### END SOLUTION

# %% answer crate
### BEGIN SOLUTION
from collections import namedtuple
from dataclasses import dataclass


@dataclass
class Crate:
    name: str
    tonnes: float = 1.0

    def __add__(self, other):
        return Crate(f"{self.name}+{other.name}", self.tonnes + other.tonnes)

    def __lt__(self, other):
        return self.tonnes < other.tonnes


Berth = namedtuple("Berth", "quay number")
### END SOLUTION

# %% tests test_crate 3
rum, rope = Crate("rum"), Crate("rope", tonnes=0.25)
assert rum == Crate("rum", 1.0) and rum != rope
assert (rum + rope).tonnes == 1.25
assert rope < rum and not rum < rope
assert max([rope, rum]).name == "rum"
assert repr(rope) == "Crate(name='rope', tonnes=0.25)"
assert sorted([rum, rope])[0] is rope

# %% tests test_berth 1
berth = Berth("east", number=4)
assert berth == ("east", 4)
assert berth.quay == "east" and berth[1] == 4
quay, number = berth
assert f"{quay}{number}" == "east4"

# %% answer ship
class Ship:
    """Holds crates, up to a limit in tonnes."""

    def __init__(self, limit):
        ### BEGIN SOLUTION
        self.limit = limit
        self._crates = []
        ### END SOLUTION

    ### BEGIN SOLUTION
    @property
    def tonnes(self):
        return sum(crate.tonnes for crate in self._crates)

    def load(self, crate):
        by = self.tonnes + crate.tonnes - self.limit
        if by > 0:
            raise Overloaded(by)
        self._crates.append(crate)
        return self

    def __len__(self):
        return len(self._crates)

    def __iter__(self):
        return iter(self._crates)

    def __contains__(self, name):
        return any(crate.name == name for crate in self._crates)

    def __getitem__(self, place):
        return self._crates[place]
    ### END SOLUTION

# %% tests test_ship 4
ship = Ship(limit=3)
assert len(ship) == 0 and not list(ship)
assert ship.load(Crate("rum")) is ship
ship.load(Crate("tea", 1.5))
assert ship.tonnes == 2.5 and len(ship) == 2
assert "tea" in ship and "gold" not in ship
assert [crate.name for crate in ship] == ["rum", "tea"]
assert ship[0].name == "rum" and ship[-1].tonnes == 1.5
### BEGIN HIDDEN TESTS
empty = Ship(limit=1)
assert len(empty) == 0, "two ships share their crates"
assert isinstance(empty, Ship) and type(ship) is type(empty)
### END HIDDEN TESTS

# %% tests test_overloaded 2
assert issubclass(Overloaded, Exception)
try:
    Ship(1).load(Crate("anvil", 3.5))
except Overloaded as error:
    assert error.by == 2.5
    assert str(error) == "2.5 tonnes too many"
else:
    assert False, "it floats?"

# %% tests test_overloaded_again 1
import pytest

with pytest.raises(Overloaded):
    Ship(limit=2).load(Crate("lead", 2.25))
with pytest.raises(TypeError, match="limit"):
    Ship()

# %% answer watches
def watches(names, hours=4):
    """Yield (hour, name) for ever, the names in turn."""
    ### BEGIN SOLUTION
    hour = 0
    while True:
        for name in names:
            yield hour % 24, name
            hour += hours
    ### END SOLUTION

# %% tests test_watches 2
from itertools import islice

turns = watches(["Ann", "Bo"])
assert next(turns) == (0, "Ann")
assert next(turns) == (4, "Bo")
assert list(islice(turns, 2)) == [(8, "Ann"), (12, "Bo")]
assert [hour for hour, _ in islice(watches(["Cy"], hours=12), 3)] == [0, 12, 0]

# %% answer lock
### BEGIN SOLUTION
class Lock:
    """A lock of a canal, open inside a `with`."""

    def __init__(self):
        self.open = False

    def __enter__(self):
        self.open = True
        return self

    def __exit__(self, *about):
        self.open = False
        return about[0] is KeyError

    def __call__(self, *ships, toll=2):
        return toll * len(ships)
### END SOLUTION

# %% tests test_lock 2
gate = Lock()
with gate as inside:
    assert inside is gate and gate.open
assert not gate.open
with Lock() as swallows:
    raise KeyError("a small thing")
assert gate("a", "b") == 4 and gate(toll=9) == 0
assert hasattr(gate, "open") and not hasattr(gate, "closed")
''',
)

OBJECTS = Model(
    name="objects",
    assignment="cargo",
    sheets=(CARGO,),
    attempts=(
        Attempt(
            "shared",
            {
                "errors": "class Overloaded(Exception):\n    pass",
                "ship": "class Ship:\n    _crates = []\n\n    def __init__(self, limit):\n"
                "        self.limit = limit\n\n    @property\n    def tonnes(self):\n"
                "        return sum(crate.tonnes for crate in self._crates)\n\n"
                "    def load(self, crate):\n        self._crates.append(crate)\n"
                "        return self\n\n    def __len__(self):\n"
                "        return len(self._crates)\n\n    def __iter__(self):\n"
                "        return iter(self._crates)\n\n    def __contains__(self, name):\n"
                "        return name in [crate.name for crate in self._crates]\n\n"
                "    def __getitem__(self, place):\n        return self._crates[place]",
                "watches": "def watches(names, hours=4):\n"
                "    return [(at * hours % 24, name) for at, name in enumerate(names)]",
            },
            nothing("test_ship", "test_overloaded", "test_overloaded_again", "test_watches"),
        ),
        Attempt(
            "identity",
            {
                "crate": "from collections import namedtuple\n\n\nclass Crate:\n"
                "    def __init__(self, name, tonnes=1.0):\n"
                "        self.name, self.tonnes = name, tonnes\n\n"
                "    def __add__(self, other):\n"
                "        return Crate(self.name, self.tonnes + other.tonnes)\n\n"
                "    def __lt__(self, other):\n        return self.tonnes < other.tonnes\n\n\n"
                "Berth = namedtuple('Berth', 'number quay')",
                "lock": "class Lock:\n    def __init__(self):\n        self.open = False\n\n"
                "    def __enter__(self):\n        self.open = True\n        return self\n\n"
                "    def __exit__(self, *about):\n        self.open = False\n\n"
                "    def __call__(self, *ships, toll=2):\n        return toll * len(ships)",
            },
            nothing("test_crate", "test_berth", "test_lock"),
        ),
    ),
)
