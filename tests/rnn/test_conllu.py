"""CoNLL-U: what the format allows is read, what it does not is one line that says where."""

from pathlib import Path

import pytest

from rnn_course.conllu import UPOS, Sentence, read_conllu, sample


def row(number: str, word: str, tag: str) -> str:
    return f"{number}\t{word}\t_\t{tag}\t_\t_\t0\troot\t_\t_"


GO, NOW, STOP = row("1", "Go", "VERB"), row("2", "now", "ADV"), row("1", "Stop", "VERB")
EXPECTED = [Sentence(("Go", "now"), ("VERB", "ADV")), Sentence(("Stop",), ("VERB",))]
FORMS = {
    "plain": [GO, NOW, "", STOP, ""],
    "no blank line at the end": [GO, NOW, "", STOP],
    "comments": ["# newdoc", "# text = Go\t1\tx", GO, "# within", NOW, "", "# s", STOP, ""],
    "only comments between": [GO, NOW, "", "# nothing here", "", STOP, ""],
    "blank lines": ["", "", GO, NOW, "", "", " ", STOP, "", ""],
    "a range": [row("1-2", "Gonow", "_"), GO, NOW, "", STOP, ""],
    "an empty node": [row("0.1", "you", "_"), GO, row("1.1", "x", "X"), NOW, "", STOP, ""],
}


@pytest.mark.parametrize("lines", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["", "BOM"])
def test_every_form_gives_the_same_sentences(
    tmp_path: Path, lines: list[str], end: str, mark: str
) -> None:
    path = tmp_path / "a.conllu"
    for text in (end.join(lines), end.join(lines) + end):
        path.write_bytes((mark + text).encode())
        assert read_conllu(path) == read_conllu(str(path)) == EXPECTED


def test_lines_are_read_as_a_file_is() -> None:
    assert read_conllu(line + "\r\n" for line in FORMS["comments"]) == EXPECTED


def test_an_empty_file_has_no_sentences(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()
    assert read_conllu(tmp_path / "empty") == []


def test_a_word_keeps_its_letters() -> None:
    words = ("10\u00a0000", "\u2028", "don’t", "e\u0301")
    lines = [row(str(n), word, "X") for n, word in enumerate(words, 1)]
    assert read_conllu(lines)[0].words == words


WRONG = {
    "too few columns": (
        [GO, NOW.rpartition("\t")[0]],
        "2: expected 10 columns with tabs between, found 9",
    ),
    "too many columns": ([GO + "\tx"], "1: expected 10 columns with tabs between, found 11"),
    "spaces": (
        ["1 Go go VERB _ _ 0 root _ _"],
        "1: expected 10 columns with tabs between, found 1: '1 Go",
    ),
    "a number that is none": ([row("one", "Go", "VERB")], "1: the word's number is 'one'"),
    "a number left out": ([GO, row("3", "now", "ADV")], "2: the word's number is '3', expected 2"),
    "no blank line between": (
        [GO, STOP],
        "2: the word's number is '1', expected 2; .* the blank line between",
    ),
    "no word": ([row("1", "", "X")], r"1: the word \(column 2\) is empty"),
    "another tag set": (
        [row("1", "Go", "VB")],
        r"1: the part of speech \(column 4\) is 'VB', expected ADJ, ADP",
    ),
    "no tags": ([row("1", "Go", "_")], r"1: the part of speech \(column 4\) is '_'"),
}


@pytest.mark.parametrize(("lines", "words"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_is_one_line(tmp_path: Path, lines: list[str], words: str) -> None:
    path = tmp_path / "a.conllu"
    path.write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(ValueError, match=rf"^a\.conllu, line {words}") as error:
        read_conllu(path)
    assert "\n" not in str(error.value)


def test_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.conllu").write_bytes(row("1", "f\xfcr", "ADP").encode("latin-1"))
    with pytest.raises(ValueError, match=r"^a\.conllu: is not UTF-8"):
        read_conllu(tmp_path / "a.conllu")


def test_the_sample_shows_every_part_of_speech() -> None:
    sentences = sample()
    assert len(sentences) == 20
    assert {tag for sentence in sentences for tag in sentence.tags} == set(UPOS)
    assert str(sentences[1]).startswith("Mara/PROPN did/AUX n't/PART find/VERB her/PRON")


def test_words_of_the_sample_have_different_tags_in_different_places() -> None:
    tags: dict[str, set[str]] = {}
    for sentence in sample():
        for word, tag in zip(sentence.words, sentence.tags, strict=True):
            tags.setdefault(word.lower(), set()).add(tag)
    assert tags["that"] == {"PRON", "DET", "SCONJ"}
    assert tags["fish"] == {"NOUN", "VERB"}
