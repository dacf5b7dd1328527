"""Whether a test looks at figures: they are where the student's code draws, in the kernel."""

import ast

#: Modules that are made for tests of figures.
FIGURE_TESTERS = ("plotchecker", "matplotcheck", "matplotlib.testing")
PYPLOT = ("matplotlib.pyplot", "pylab", "matplotlib.pylab")
#: What tells of the figures that are there; any attribute of pyplot's that begins with ``get`` too.
LOOKS = {"gcf", "gca", "gci", "axes", "fignum_exists", "figaspect", "_pylab_helpers"}
#: Methods of axes and figures by which tests look at what was drawn.
AXES = {
    *("get_xlabel", "get_ylabel", "get_xlim", "get_ylim", "get_xticks", "get_yticks"),
    *("get_xticklabels", "get_yticklabels", "get_legend", "get_lines", "get_xydata"),
    *("get_legend_handles_labels", "get_offsets", "get_facecolor", "get_linestyle", "get_xscale"),
    *("get_yscale", "get_axes", "get_size_inches"),
}


def looks_at_figures(tree: ast.AST) -> str:
    """What a cell does with figures that were drawn before; empty where it does nothing."""
    names = {"plt", "pylab"}
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=aliases):
                modules = [alias.name for alias in aliases]
                names |= {one.asname for one in aliases if one.name in PYPLOT and one.asname}
            case ast.ImportFrom(module=str() as module, names=aliases):
                modules = [module, *(f"{module}.{alias.name}" for alias in aliases)]
                names |= {
                    one.asname or one.name for one in aliases if f"{module}.{one.name}" in PYPLOT
                }
            case _:
                continue
        tester = next((m for m in modules if m.startswith(FIGURE_TESTERS)), "")
        if tester:
            return f"looks at figures: {tester}"
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=attr) if name in names:
                if attr in LOOKS or attr.startswith("get"):
                    return f"looks at figures: {name}.{attr}"
            case ast.Attribute(attr=attr) if attr in AXES:
                return f"looks at figures: .{attr}"
    return ""
