"""Tables: data frames and series by value, strings, groups, a file in `data/`."""

from .form import Attempt, Model, Sheet, nothing

FERRIES = Sheet(
    "ferries",
    r'''
# %%
import numpy as np
import pandas as pd

trips = pd.read_csv("data/trips.csv")

# %% answer by_line
def by_line(trips):
    """Passengers and the longest trip of every line, as a frame whose index is the line."""
    ### BEGIN SOLUTION
    groups = trips.groupby("line")
    return groups.agg(passengers=("passengers", "sum"), longest=("minutes", "max"))
    ### END SOLUTION

# %% tests test_by_line 3
found = by_line(trips)
assert isinstance(found, pd.DataFrame)
assert list(found.columns) == ["passengers", "longest"]
assert found.loc["north", "passengers"] == 75
expected = pd.DataFrame({"passengers": [75, 20], "longest": [35, 50]}, index=["north", "south"])
pd.testing.assert_frame_equal(found, expected, check_names=False)
### BEGIN HIDDEN TESTS
other = pd.DataFrame({"line": ["east", "east"], "minutes": [3, 9], "passengers": [0, 1]})
assert by_line(other).shape == (1, 2)
assert by_line(other).iloc[0].tolist() == [1, 9]
### END HIDDEN TESTS

# %% answer harbours
### BEGIN SOLUTION
harbours = trips["harbour"].str.strip().str.title()
mean_minutes = trips["minutes"].mean()
### END SOLUTION

# %% tests test_harbours 2
assert isinstance(harbours, pd.Series)
assert harbours.tolist() == ["Mole", "Old Pier", "Mole", "Mole", "Old Pier"]
assert harbours.value_counts()["Mole"] == 3
assert harbours.str.len().max() == 8

# %% tests test_mean 1
assert abs(mean_minutes - 36.0) < 1e-9
np.testing.assert_almost_equal(mean_minutes, trips.minutes.mean())

# %% answer add_speed
def add_speed(trips):
    """A copy of the trips with a column `speed`, passengers a minute; slow trips left out."""
    ### BEGIN SOLUTION
    made = trips.copy()
    made["speed"] = made["passengers"] / made["minutes"]
    return made[made["speed"] >= 0.5].reset_index(drop=True)
    ### END SOLUTION

# %% tests test_add_speed 4
before = trips.copy()
fast = add_speed(trips)
assert "speed" in fast.columns and "speed" not in trips
assert trips.equals(before)
assert len(fast) == 2
assert (fast["speed"] >= 0.5).all()
assert fast.index.equals(pd.RangeIndex(2))
np.testing.assert_allclose(fast.speed.values, [40 / 30, 35 / 35])

# %% answer monthly
def monthly(dates, values):
    """The values' sum by month, as a series indexed by `YYYY-MM`."""
    ### BEGIN SOLUTION
    months = pd.to_datetime(pd.Series(dates)).dt.strftime("%Y-%m")
    return pd.Series(list(values)).groupby(months).sum()
    ### END SOLUTION

# %% tests test_monthly 2
result = monthly(["2031-01-30", "2031-02-01", "2031-02-03"], [1.5, 2.0, 3.0])
assert result.to_dict() == {"2031-01": 1.5, "2031-02": 5.0}
assert result.sum() == 6.5 and result.idxmax() == "2031-02"
''',
)

FRAMES = Model(
    name="frames",
    assignment="ferries",
    sheets=(FERRIES,),
    attempts=(
        Attempt(
            "other-shapes",
            {
                "by_line": "def by_line(trips):\n    groups = trips.groupby('line')\n"
                "    return groups.agg(passengers=('passengers', 'sum'),"
                " longest=('minutes', 'max')).reset_index()",
                "harbours": "harbours = list(trips['harbour'].str.strip().str.title())\n"
                "mean_minutes = trips['minutes'].median()",
                "add_speed": "def add_speed(trips):\n"
                "    trips['speed'] = trips['passengers'] / trips['minutes']\n"
                "    return trips[trips['speed'] >= 0.5].reset_index(drop=True)",
            },
            nothing("test_by_line", "test_harbours", "test_mean", "test_add_speed"),
        ),
        Attempt(
            "index",
            {
                "add_speed": "def add_speed(trips):\n    made = trips.copy()\n"
                "    made['speed'] = made['passengers'] / made['minutes']\n"
                "    return made[made['speed'] >= 0.5]",
                "monthly": "def monthly(dates, values):\n"
                "    return dict(zip([date[:7] for date in dates], values))",
            },
            nothing("test_add_speed", "test_monthly"),
        ),
    ),
    assignment_files={
        "data/trips.csv": "line,harbour,minutes,passengers\nnorth,mole ,30,40\n"
        "south, old pier,50,12\nnorth,MOLE,35,35\nsouth,Mole,45,8\nnorth,Old Pier,20,0\n"
    },
    needs=("pandas",),
)
