"""Dates as people write them, from Unicode's CLDR through Babel, and their ISO 8601 strings."""

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib import import_module
from typing import Any

#: In this order the first eight cover five scripts and all three orders of day, month and year.
LANGUAGES = {
    "en": "English",
    "de": "German",
    "es": "Spanish",
    "hu": "Hungarian",
    "el": "Greek",
    "ru": "Russian",
    "ka": "Georgian",
    "hy": "Armenian",
    "fr": "French",
    "pt": "Portuguese",
    "nl": "Dutch",
    "fi": "Finnish",
    "pl": "Polish",
    "cs": "Czech",
    "lt": "Lithuanian",
    "tr": "Turkish",
    "eu": "Basque",
}
#: Four styles and three skeletons: CLDR's names for what a date shows, and how.
STYLES = ("short", "medium", "long", "full", "yMMMEd", "yMEd", "yMd")
FIRST, LAST = date(1950, 1, 1), date(2049, 12, 31)
SPLITS = {"train": 0.8, "valid": 0.1, "test": 0.1}


@dataclass(frozen=True)
class Form:
    """One way to write a date: a language, a style and CLDR's pattern for them."""

    language: str
    style: str
    pattern: str


@dataclass(frozen=True)
class Example:
    """A date as written, the same date in ISO 8601, and how it was written."""

    source: str
    target: str
    form: Form


def load(
    sizes: dict[str, int], languages: Iterable[str] = tuple(LANGUAGES), seed: int = 0
) -> dict[str, list[Example]]:
    """Draw examples for every split; the same arguments give the same examples.

    The days of 1950 to 2049 are dealt out to the splits first, so that no day is in two of
    them. A written date means one day (see ``forms``), so no source is in two of them either;
    this is checked. Within a split no source is repeated.

    Parameters
    ----------
    sizes : number of examples for some of "train", "valid" and "test"
    languages : codes out of ``LANGUAGES``; each gets an equal share, up to one example
    seed : decides the splits and the draws

    Returns
    -------
    dict from the name of a split to its examples, in random order

    Raises
    ------
    ModuleNotFoundError
        If Babel is not installed.
    ValueError
        If a split or a language is unknown, or a source would mean two days.
    """
    languages = list(languages)
    _refuse_unknown(sizes, SPLITS, "split")
    _refuse_unknown(languages, LANGUAGES, "language")
    by_language: dict[str, list[Form]] = {code: [] for code in languages}
    for form in forms():
        if form.language in by_language:
            by_language[form.language].append(form)
    meaning: dict[str, str] = {}
    drawn = {}
    for name, days in _days_by_split(seed).items():
        rng = random.Random(f"{seed} {name}")
        drawn[name] = [
            example
            for number in range(sizes.get(name, 0))
            for example in _draw(
                rng, days, by_language[languages[number % len(languages)]], meaning
            )
        ]
        rng.shuffle(drawn[name])
    return {name: drawn[name] for name in sizes}


@cache
def forms() -> tuple[Form, ...]:
    """The ways to write a date that mean one day only, in whichever of the languages.

    Years of two digits are left out, as they do not give the century. So are forms with the month
    as a number whose order another language reverses: 02/03/2004 is the third of February in
    English and the second of March in Spanish. 02.03.2004 is kept, because every language here
    that writes dots puts the day first when the year is last. Languages whose names of months
    contradict each other are not in ``LANGUAGES``: lis 2004 is October in Croatian and November in
    Polish.

    Raises
    ------
    ModuleNotFoundError
        If Babel is not installed.
    """
    found: dict[tuple[str, str], Form] = {}
    for code in LANGUAGES:
        for style in STYLES:
            pattern = _pattern(code, style)
            if pattern:
                found.setdefault((code, pattern), Form(code, style, pattern))
    kept = [form for form in found.values() if "yy" not in _fields(form.pattern)]
    orders: dict[str, set[str]] = {}
    for form in kept:
        shape, order = _shape(form.pattern)
        orders.setdefault(shape, set()).add(order)
    return tuple(form for form in kept if len(orders[_shape(form.pattern)[0]]) == 1)


def write(day: date, form: Form) -> str:
    """A day in one form. Every kind of blank becomes a plain space, which can be typed."""
    written: str = _babel().format_date(day, format=form.pattern, locale=form.language)
    return re.sub(r"\s", " ", written)


def _draw(
    rng: random.Random, days: list[date], choices: list[Form], meaning: dict[str, str]
) -> list[Example]:
    """A list of one example whose source is new; an empty list after ten tries."""
    for _ in range(10):
        day, form = rng.choice(days), rng.choice(choices)
        source, target = write(day, form), day.isoformat()
        if source not in meaning:
            meaning[source] = target
            return [Example(source, target, form)]
        if meaning[source] != target:
            raise ValueError(f"{source!r} means both {meaning[source]} and {target}")
    return []


def _days_by_split(seed: int) -> dict[str, list[date]]:
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    random.Random(seed).shuffle(days)
    dealt, start = {}, 0
    for name, share in SPLITS.items():
        stop = start + int(share * len(days))
        dealt[name], start = days[start:stop], stop
    return dealt


def _pattern(language: str, style: str) -> str:
    """CLDR's pattern for a style or a skeleton; empty if it has none."""
    locale = _babel().Locale.parse(language)
    table = locale.datetime_skeletons if style.startswith("y") else locale.date_formats
    return str(table[style].pattern) if style in table else ""


def _fields(pattern: str) -> list[str]:
    """The fields of a pattern in order, such as ``["EEE", "d", "MMM", "y"]``."""
    return [field for field, _ in re.findall(r"(([A-Za-z])\2*)", re.sub(r"'[^']*'", "", pattern))]


def _shape(pattern: str) -> tuple[str, str]:
    """What a reader sees of a form without knowing the language, and the order of its fields.

    ``d/M/y`` and ``M/d/y`` both have the shape ``#/#/Y``. A month in letters is kept as it is.
    """
    plain = re.sub(r"'[^']*'|[Ec]+", "", pattern)
    shape = re.sub(r"d+|[ML]{1,2}(?![ML])(?<![ML]{3})", "#", plain).replace("y", "Y")
    order = "".join(field[0] for field in _fields(pattern) if field[0] in "yMLd")
    return re.sub(r"\s", "", shape).strip(",."), order.replace("L", "M")


def _refuse_unknown(names: Iterable[str], known: Iterable[str], what: str) -> None:
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise ValueError(f"unknown {what} {unknown[0]!r}, expected one of {', '.join(known)}")


@cache
def _babel() -> Any:
    try:
        return import_module("babel.dates")
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"the dates are written by Babel; {error.name} is missing: pip install babel"
        ) from None
