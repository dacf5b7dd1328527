"""nbgrader's generated tests, with templates of the course's own, and plain ones among them."""

from .form import Attempt, Model, Sheet, nothing

BUOYS = Sheet(
    "buoys",
    r'''
# %% answer counts
### BEGIN SOLUTION
buoys = ["red", "green", "green", "red", "green"]
number = len(buoys)
share = buoys.count("green") / number
kinds = set(buoys)
### END SOLUTION

# %% tests test_counts 3
### AUTOTEST number; share
### HASHED AUTOTEST kinds

# %% answer passed
def passed(buoys, colour="red"):
    """Where the buoys of a colour are."""
    ### BEGIN SOLUTION
    return [place for place, found in enumerate(buoys) if found == colour]
    ### END SOLUTION

# %% tests test_passed 2
### AUTOTEST passed(buoys)
assert passed([]) == []
### BEGIN HIDDEN TESTS
### HASHED AUTOTEST passed(buoys, "green")
### AUTOTEST passed(["blue"] * 2, colour="blue")
### END HIDDEN TESTS

# %% answer pair
### BEGIN SOLUTION
pair = (max(buoys), passed)
name = pair[0].upper()
### END SOLUTION

# %% tests test_pair 1
colour = "red"
### AUTOTEST name; pair[0] == colour
''',
)
TEMPLATES = r'''
python3:
    setup: "from hashlib import md5"
    hash: 'md5({{snippet}}.encode("utf-8") + b"{{salt}}").hexdigest()'
    dispatch: "type({{snippet}})"
    normalize: "str({{snippet}})"
    check: 'assert {{snippet}} == """{{value}}""", "{{message}}"'
    success: "print('All of these hold.')"
    templates:
        default:
            - test: "type({{snippet}})"
              fail: "{{snippet}} has another type"
            - test: "{{snippet}}"
              fail: "{{snippet}} has another value"
        float:
            - test: "type({{snippet}})"
              fail: "{{snippet}} is not a float"
            - test: "round({{snippet}}, 3)"
              fail: "{{snippet}} has another value"
        set:
            - test: "type({{snippet}})"
              fail: "{{snippet}} is not a set"
            - test: "sorted(map(str, {{snippet}}))"
              fail: "{{snippet}} holds something else"
        list:
            - test: "type({{snippet}})"
              fail: "{{snippet}} is not a list"
            - test: "len({{snippet}})"
              fail: "{{snippet}} has another length"
            - test: "{{snippet}}"
              fail: "{{snippet}} holds something else"
'''

GENERATED = Model(
    name="generated",
    assignment="buoys",
    sheets=(BUOYS,),
    attempts=(
        Attempt(
            "types",
            {
                "counts": "buoys = ['red', 'green', 'green', 'red', 'green']\nnumber = 5.0\n"
                "share = 0.6\nkinds = set(buoys)",
                "passed": "def passed(buoys, colour='red'):\n"
                "    return tuple(at for at, found in enumerate(buoys) if found == colour)",
            },
            nothing("test_counts", "test_passed"),
        ),
        Attempt(
            "hashed",
            {
                "counts": "buoys = ['red', 'green', 'green', 'red', 'green']\nnumber = 5\n"
                "share = 0.6000004\nkinds = {'red'}",
                "passed": "def passed(buoys, colour=None):\n    return [0, 3]",
                "pair": "pair = ['red']\nname = 'Red'",
            },
            nothing("test_counts", "test_passed", "test_pair"),
        ),
    ),
    course_files={"autotests.yml": TEMPLATES},
)
