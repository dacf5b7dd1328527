"""The packages that notebooks import: those that pip installs, and those worth importing early."""

import importlib.metadata
import importlib.util
import sys
from collections.abc import Iterable
from dataclasses import dataclass

#: Distributions whose modules have another name, for packages that are not installed here.
CALLED = {
    "Bio": "biopython",
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "PyYAML",
}
#: Well-known packages that are called like their modules; no other name is guessed.
KNOWN = {
    *("altair", "astropy", "bokeh", "geopandas", "h5py", "keras", "lxml", "matplotlib", "networkx"),
    *("nltk", "numba", "numpy", "pandas", "plotly", "polars", "requests", "scipy", "seaborn"),
    *("sqlalchemy", "sympy", "tensorflow", "torch", "torchvision", "tqdm", "xarray"),
}
#: What the engine itself brings.
OURS = {
    *("IPython", "ipywidgets", "ipykernel", "nbgrader", "nbformat", "nbconvert", "nbclient"),
    *("jupyter", "jupyterlab", "notebook", "autograder", "traitlets", "pip", "setuptools"),
    *("jupyter_client", "jupyter_core", "ipython_genutils", "pkg_resources"),
}
#: Modules that take a while to import, and that most courses use.
EARLY = ("numpy", "pandas", "matplotlib.pyplot")


@dataclass(frozen=True)
class Needs:
    """What notebooks need.

    Attributes
    ----------
    requirements : for pip
    missing : those of them that are not installed here
    unknown : modules that are neither installed nor well-known
    """

    requirements: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()


def needs(modules: Iterable[str], beside: Iterable[str] = ()) -> Needs:
    """What pip has to install for some modules.

    Parameters
    ----------
    modules : that are imported, dotted
    beside : names of modules that stand beside the notebooks
    """
    own = {*sys.stdlib_module_names, *OURS, *beside}
    roots = sorted({one.split(".")[0] for one in modules} - own)
    installed = importlib.metadata.packages_distributions()
    found: set[str] = set()
    missing: set[str] = set()
    unknown = []
    for root in roots:
        if root in installed:
            found.add(installed[root][0])
        elif root in CALLED or root in KNOWN:
            missing.add(CALLED.get(root, root))
        else:
            unknown.append(root)
    both = sorted({*found, *missing}, key=str.casefold)
    return Needs(tuple(both), tuple(sorted(missing)), tuple(unknown))


def early(modules: Iterable[str]) -> tuple[str, ...]:
    """Those modules that kernels are to have imported before a submission comes."""
    used = set(modules)
    heavy = (one for one in EARLY if any(m == one or m.startswith(f"{one}.") for m in used))
    return tuple(one for one in heavy if importlib.util.find_spec(one.split(".")[0]) is not None)
