"""A course of another kernel's: bash, whose tests run where the student's code has run."""

from .form import Attempt, Model, Sheet, nothing

HARBOUR = Sheet(
    "harbour",
    r"""
# %%
mkdir -p box

# %% answer count
count() {
    ### BEGIN SOLUTION
    wc -l < "$1" | tr -d ' '
    ### END SOLUTION
}

# %% tests test_count 2
[ "$(count ships.txt)" -eq 3 ]

# %% answer biggest
### BEGIN SOLUTION
biggest=$(sort -k2 -n ships.txt | tail -n 1 | cut -d' ' -f1)
### END SOLUTION

# %% tests test_biggest 1
[ "$biggest" = "tern" ]
""",
    language="bash",
)

SHELL = Model(
    name="shell",
    assignment="harbour",
    sheets=(HARBOUR,),
    attempts=(Attempt("first", {"biggest": "biggest=gull"}, nothing("test_biggest")),),
    assignment_files={"ships.txt": "gull 3\ntern 11\nauk 9\n"},
    config="c.ClearSolutions.code_stub = {'bash': ': # your code'}\n",
    needs=("bash_kernel",),
)
