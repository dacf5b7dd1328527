"""The forms of pandas' tables, by column; pandas is not imported for them before it is used."""

import re
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from ..packing import Malformed
from .basics import Form, NoForm, Read, Write, library_of

#: Names of time zones.
ZONE = re.compile(r"(?!dateutil)[A-Za-z][\w+:-]*(/[A-Za-z][\w+:-]*){0,2}")
#: Element types of pandas' own that are rebuilt from a list of their values.
LISTED = ("str", "string", "boolean", "Int", "UInt", "Float")


def _is_of_pandas(value: Any) -> bool:
    return library_of(value) == "pandas" and "pandas" in sys.modules


def _pandas(value: Any, write: Write) -> Form:
    import pandas as pd

    kind = type(value)
    if value is pd.NaT:
        return ("NaT",)
    if value is pd.NA:
        return ("NA",)
    if kind is pd.Timestamp:
        zone = None if value.tz is None else _of_zone(value.tz)
        return ("Timestamp", int(value.value), zone, value.unit)
    if kind is pd.Timedelta:
        return ("Timedelta", int(value.value), value.unit)
    if kind is pd.Series:
        return ("Series", _column(value, write), write(value.index), write(value.name))
    if kind is pd.DataFrame:
        columns = [_column(value.iloc[:, n], write) for n in range(value.shape[1])]
        return ("DataFrame", columns, write(value.index), write(value.columns))
    if kind is pd.RangeIndex:
        return ("RangeIndex", value.start, value.stop, value.step, write(value.name))
    if kind is pd.MultiIndex:
        codes = [np.asarray(code, np.int64) for code in value.codes]
        return ("MultiIndex", [write(one) for one in value.levels], codes, write(list(value.names)))
    plain = (pd.Index, pd.DatetimeIndex, pd.TimedeltaIndex, pd.PeriodIndex, pd.CategoricalIndex)
    if kind in plain:
        freq = getattr(value, "freqstr", None)
        return ("Index", _column(value, write), write(value.name), freq)
    raise NoForm("another object of pandas")


def _column(values: Any, write: Write) -> Form:
    """The form of the values of a series or an index."""
    import pandas as pd

    array, dtype = values.array, values.dtype
    if isinstance(array, pd.Categorical):
        codes = np.asarray(array.codes, np.int64)
        return ("categories", codes, write(array.categories), bool(array.ordered))
    if isinstance(dtype, np.dtype):
        return write(values.to_numpy())
    if isinstance(dtype, pd.DatetimeTZDtype):
        numbers = np.asarray(array.asi8, np.int64)
        return ("zoned", numbers, _of_zone(dtype.tz), dtype.unit)
    if isinstance(dtype, pd.PeriodDtype):
        return (
            "periods",
            np.asarray(array.asi8, np.int64),
            str(dtype).removeprefix("period[").removesuffix("]"),
        )
    name = str(dtype)
    if name.startswith(LISTED) and "[" not in name:
        return ("listed", name, write([None if pd.isna(one) else one for one in array.tolist()]))
    raise NoForm(f"a column of type {name[:40]}")


def _of_zone(zone: Any) -> str:
    name = str(zone)
    if not ZONE.fullmatch(name):
        raise NoForm("a time zone of another kind")
    return name


def _to_column(form: Any, read: Read) -> Any:
    import pandas as pd

    match form:
        case ("categories", codes, categories, ordered):
            return pd.Categorical.from_codes(codes, read(categories), ordered=bool(ordered))
        case ("zoned", numbers, str() as zone, str() as unit):
            plain = pd.Series(numbers.view(f"<M8[{unit}]"))
            return plain.dt.tz_localize("UTC").dt.tz_convert(_zone(zone)).array
        case ("periods", numbers, str() as freq):
            return pd.PeriodIndex.from_ordinals(numbers, freq=freq).array
        case ("listed", str() as name, items) if name.startswith(LISTED):
            return pd.array(read(items), dtype=name)
    found = read(form)
    if not isinstance(found, np.ndarray):
        raise Malformed("no column")
    return found


def _zone(name: Any) -> str:
    """The name of a time zone, which leads to no file elsewhere."""
    if not isinstance(name, str) or not ZONE.fullmatch(name):
        raise Malformed("no time zone")
    return name


def _frame(rest: tuple[Any, ...], read: Read) -> Any:
    import pandas as pd

    columns, index = [_to_column(one, read) for one in rest[0]], read(rest[1])
    frame = pd.DataFrame(dict(enumerate(columns)), index=index)
    frame.columns = read(rest[2])
    return frame


def _index(rest: tuple[Any, ...], read: Read) -> Any:
    import pandas as pd

    found = pd.Index(_to_column(rest[0], read), name=read(rest[1]))
    if isinstance(rest[2], str) and isinstance(found, pd.DatetimeIndex | pd.TimedeltaIndex):
        found.freq = rest[2]
    return found


def _stamp(rest: tuple[Any, ...], read: Read) -> Any:
    import pandas as pd

    number, zone, unit = rest
    found = pd.Timestamp(number, unit="ns").as_unit(unit)
    return found if zone is None else found.tz_localize("UTC").tz_convert(_zone(zone))


def _with_pandas(make: Callable[[Any, tuple[Any, ...], Read], Any]) -> Any:
    def made(rest: tuple[Any, ...], read: Read) -> Any:
        try:
            import pandas as pd
        except ImportError:
            raise Malformed("a table, and pandas is not installed here") from None
        return make(pd, rest, read)

    return made


TESTS: list[tuple[Callable[[Any], bool], Callable[[Any, Write], Form]]] = [
    (_is_of_pandas, _pandas),
]
READERS: dict[str, Callable[[tuple[Any, ...], Read], Any]] = {
    "NaT": _with_pandas(lambda pd, rest, read: pd.NaT),
    "NA": _with_pandas(lambda pd, rest, read: pd.NA),
    "Timestamp": _stamp,
    "Timedelta": _with_pandas(
        lambda pd, rest, read: pd.Timedelta(rest[0], unit="ns").as_unit(rest[1])
    ),
    "Series": _with_pandas(
        lambda pd, rest, read: pd.Series(
            _to_column(rest[0], read), index=read(rest[1]), name=read(rest[2])
        )
    ),
    "DataFrame": _frame,
    "RangeIndex": _with_pandas(lambda pd, rest, read: pd.RangeIndex(*rest[:3], name=read(rest[3]))),
    "MultiIndex": _with_pandas(
        lambda pd, rest, read: pd.MultiIndex(
            levels=read(rest[0]), codes=read(rest[1]), names=read(rest[2])
        )
    ),
    "Index": _index,
}
