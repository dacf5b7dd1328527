"""Shadowed modules: files and objects in the place of libraries and of the package."""

from attack import Attack

ATTACKS = [
    Attack(
        "a numpy.py, a json.py and an autograder/ in the working folder",
        """
import os, sys
os.makedirs("autograder/judge", exist_ok=True)
text = "def __getattr__(name): return lambda *a, **k: True"
for name in ("numpy", "json", "autograder/__init__", "autograder/judge/__init__", "zmq",
             "sitecustomize", "usercustomize"):
    with open(f"{name}.py", "w") as file:
        file.write(text)
sys.path.insert(0, os.getcwd())
for name in list(sys.modules):
    if name.split(".")[0] in ("numpy", "json", "autograder"):
        del sys.modules[name]
""",
        spares=False,
        stock=True,
    ),
    Attack(
        "sys.modules holds another judge",
        """
import sys, types
fake = types.ModuleType("autograder.judge")
fake.compare = fake.verify = lambda function=None, **k: function or (lambda f: f)
sys.modules["autograder.judge"] = fake
""",
        stock=True,
    ),
    Attack(
        "sys.modules holds another agent",
        """
import sys, types
fake = types.ModuleType("autograder.remote.agent")
fake.serve = lambda *a: None
sys.modules["autograder.remote.agent"] = fake
""",
        spares=False,
    ),
    Attack(
        "a finder that gives an empty module for every name",
        """
import sys, importlib.machinery, importlib.abc
class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        return importlib.machinery.ModuleSpec(name, self)
    def create_module(self, spec): return None
    def exec_module(self, module): module.__getattr__ = lambda name: lambda *a, **k: True
sys.meta_path.insert(0, Finder())
for name in list(sys.modules):
    if name.startswith(("autograder", "numpy.testing")):
        del sys.modules[name]
""",
        spares=False,
    ),
    Attack(
        "start-up files of Python and of IPython for the next kernel",
        """
import os, site
home = os.environ["HOME"]
for path in ("profile_default/startup/00.py", ".pythonrc.py", ".bashrc", "sitecustomize.py"):
    path = os.path.join(home, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write("import os; os._exit(1)")
os.environ["PYTHONSTARTUP"] = os.path.join(home, ".pythonrc.py")
""",
    ),
    Attack("the exercise is a number", "rnn_step = 3\n", stock=True),
    Attack("the exercise is a string", "rnn_step = 'np.tanh(x @ W + h @ U + b)'\n"),
    Attack("the exercise is a class of its name", "class rnn_step(np.ndarray): pass\n"),
    Attack("the exercise returns itself", "def rnn_step(*a):\n    return rnn_step\n", stock=True),
    Attack(
        "np is something else",
        """
real = np
class np:
    def __getattr__(self, name): return lambda *a, **k: real.zeros((4, 5))
np = np()
def rnn_step(*a):
    return real.zeros((4, 5))
""",
        spares=False,
        stock=True,
    ),
]
