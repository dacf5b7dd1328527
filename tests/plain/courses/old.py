"""An old course: an earlier form of the metadata, no markers, stubs of its own, odd cells."""

from .form import Attempt, Model, Sheet, nothing

STARS = Sheet(
    "stars",
    r"""
# %% [markdown]
# Stars

# %% tests test_early 1
assert 1 + 1 == 2

# %% answer altitude
# Write your function here
def altitude(hours):
    return 90 - 15 * abs(hours)

# %% tests test_altitude 2
assert altitude(0) == 90
assert altitude(-2) == altitude(2)
### BEGIN HIDDEN TESTS
assert altitude(6) == 0
### END HIDDEN TESTS

# %% tests test_more 1
assert altitude(1) == 75

# %% tests test_free 0
assert altitude(3) == 45

# %% tests test_comment 1
# Your answer is looked at by a person.

# %% answer names
stars = {}
### BEGIN SOLUTION
stars = {"Vega": 0.0, "Deneb": 1.3}
### END SOLUTION

# %% tests test_names 1
### BEGIN HIDDEN TESTS
assert stars["Deneb"] > stars["Vega"]
assert len(stars) == 2
### END HIDDEN TESTS

# %% answer empty


# %% [markdown] manual essay 2
### BEGIN SOLUTION
By their light.
### END SOLUTION
""",
)

OLD = Model(
    name="old",
    assignment="stars",
    sheets=(STARS,),
    attempts=(
        Attempt(
            "flat",
            {
                "altitude": "def altitude(hours):\n    return 90 - 15 * hours",
                "names": "stars = {'Vega': 0.0}",
            },
            nothing("test_altitude", "test_names"),
        ),
        Attempt(
            "absent",
            {"altitude": "pass", "names": "stars = ['Vega'"},
            nothing("test_altitude", "test_more", "test_free", "test_names"),
        ),
    ),
    stub={"test_early": 1, "test_comment": 1},
    config="c.ClearSolutions.code_stub = {'python': '# TODO: yours\\nraise RuntimeError()'}\n"
    "c.ClearSolutions.text_stub = 'Yours.'\nc.ClearSolutions.enforce_metadata = True\n",
    schema=2,
)
