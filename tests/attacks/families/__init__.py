"""The families of attacks, one module each; ``ATTACKS`` are all of them."""

from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules

from attack import Attack


def _gather() -> list[Attack]:
    found = []
    for module in iter_modules(__path__):
        family = import_module(f"families.{module.name}")
        found += [replace(attack, family=module.name) for attack in family.ATTACKS]
    return found


ATTACKS = _gather()
