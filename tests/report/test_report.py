"""The class's report: true numbers, links that lead somewhere, nothing of students' that runs."""

import json
import math
import random
import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest
from support.commands import autograder
from support.sheets import sheet
from support.tiny import WEEK

from autograder.course.manifest import Course
from autograder.gradebook.classbook import ClassWeek, Sheet, open_book
from autograder.grading.results import TestResult as Tests
from autograder.judge.result import Result
from autograder.report.feedback import write_feedback
from autograder.report.formulas import formula
from autograder.report.lessons import lessons
from autograder.report.pages import write_reports
from autograder.report.statistics import rest_correlation, share
from autograder.report.week import report_week

BAD = "<script>alert('x')</script>"


def klass_of(course: Course, sheets: list[Sheet]) -> ClassWeek:
    return ClassWeek(course.weeks[0], 1, tuple(sheets))


def read(course: Course) -> ClassWeek:
    with open_book(course) as book:
        return book.week(course.weeks[0])


def test_success_and_discrimination_are_counted_right(course: Course) -> None:
    rng = random.Random(3)
    abilities = [rng.random() for _ in range(60)]
    sheets = [
        sheet(f"s{i}", rng.random() < a, rng.random() < a, rng.random() < a, i % 2 == 0)
        for i, a in enumerate(abilities)
    ]
    report = report_week(klass_of(course, sheets))
    for index, row in enumerate(report.exercises):
        item = [s.tests[index].earned for s in sheets]
        rest = [s.earned - s.tests[index].earned for s in sheets]
        assert row.rate.value == sum(value > 0 for value in item) / 60
        assert row.discrimination.value == pytest.approx(np.corrcoef(item, rest)[0, 1])
        assert row.discrimination.low < row.discrimination.value < row.discrimination.high
        assert row.solved.count + row.failed.count == 60


@pytest.mark.parametrize(("count", "n"), [(0, 10), (3, 10), (10, 10), (7, 41), (290, 300)])
def test_shares_have_wilsons_interval(count: int, n: int) -> None:
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(count, n, method="wilson")
    found = share(count, n)
    assert (found.low, found.high) == (
        pytest.approx(low, abs=1e-12),
        pytest.approx(high, abs=1e-12),
    )


def test_a_statistic_of_too_few_students_is_not_given(course: Course) -> None:
    assert "too few" in share(3, 9).why_not
    assert "too few" in rest_correlation([0, 1] * 9, list(range(18))).why_not
    assert "the same" in rest_correlation([1.0] * 30, list(range(30))).why_not
    report = report_week(klass_of(course, [sheet("a", True), sheet("b", False)]))
    assert all(not row.rate.known and not row.discrimination.known for row in report.exercises)


def test_a_class_of_nobody_has_a_report(course: Course) -> None:
    report = report_week(klass_of(course, []))
    assert math.isnan(report.quartiles[1])
    assert autograder(course.root, "report").returncode == 0
    assert "graded yet" in (course.root / "reports" / f"{WEEK}.html").read_text()


def test_a_student_who_makes_a_mistake_in_two_tests_counts_once(course: Course) -> None:
    wrong = Result("p", "one", 1.0, False, "no", "Look again.", "slips-once", "e")
    tests = (
        Tests("e", "test_e", 2.0, 0.0, (wrong, replace(wrong, name="q"))),
        Tests("f", "test_f", 2.0, 0.0, (replace(wrong, name="r"),)),  # which needs e
    )
    sheets = [replace(sheet(f"s{i}"), tests=tests) for i in range(3)]
    (row,) = report_week(klass_of(course, sheets)).mistakes
    assert (row.name, row.exercise) == ("slips once", "e")
    assert (row.hint, row.group.count) == ("Look again.", 3)


def test_the_command_writes_pages_whose_links_lead_somewhere(klass: Course) -> None:
    write_feedback(klass, klass.weeks[0], [])
    done = autograder(klass.root, "report")
    assert done.returncode == 0, done.stderr
    for name in (WEEK, "index"):
        page = klass.root / "reports" / f"{name}.html"
        text = page.read_text()
        assert not re.search(r'(src|href)="(https?:)?//(?!doi\.org)', text)
        links = set(re.findall(r'href="([^"#][^"]*)"', text)) - {
            "https://doi.org/10.1007/s10648-023-09819-0"
        }
        assert len(links) >= 30
        for link in links:
            path, _, anchor = link.partition("#")
            target = page.parent / unquote(path)
            assert target.exists(), link
            if anchor:
                assert f'id="{anchor}"' in target.read_text(), link


def test_every_number_shows_as_many_students_as_it_says(klass: Course) -> None:
    page = write_reports(klass, [klass.weeks[0]], print)[0].read_text()
    rows = [set(tokens.split()) for tokens in re.findall(r'<tr data-t="([^"]*)"', page)]
    numbers = re.findall(r'href="#show=([^"]+)" title="[^"]*">(\d+)</a>', page)
    assert len(numbers) > 10
    for token, count in numbers:
        assert sum(token in row for row in rows) == int(count), token


def test_nothing_of_students_is_markup(klass: Course) -> None:
    path = next(iter(sorted((klass.root / "autograded").glob(f"*/{WEEK}/{WEEK}.ipynb"))))
    student = path.parts[-3]
    tree = json.loads(path.read_text())
    facts = tree["metadata"]["autograder"]
    facts["notes"] = [{"cause": "changed-cells", "text": BAD, "cell": BAD}]
    facts["tests"][0]["programs"][0] |= {
        "passed": False,
        "rationale": BAD,
        "help": BAD,
        "mistake": BAD,
        "mistake_of": BAD,
        "cause": "wrong",
    }
    for cell in tree["cells"]:
        if cell["metadata"].get("nbgrader", {}).get("solution"):
            cell["source"] = f"# {BAD} </code></pre>{BAD}"
    path.chmod(0o644)
    path.write_text(json.dumps(tree))
    items = [{"id": "x", "text": BAD, "exercise": "double", "ticked": True}]
    for folder in (klass.root / "submitted").iterdir():
        text = json.dumps({"version": 1, "week": WEEK, "items": items, "learnings": BAD})
        (folder / WEEK / "self_assessment.json").write_text(text)
    from autograder.gradebook.writer import writing

    with writing(klass) as writer:
        writer.gradebook.update_or_create_student(student, last_name=BAD, first_name="</title>")
    write_feedback(klass, klass.weeks[0], [student], text=True)
    pages = write_reports(klass, [klass.weeks[0]], print)
    pages.append(klass.root / "feedback" / student / WEEK / f"{WEEK}.html")
    for page in pages:
        text = page.read_text()
        assert "alert" in text
        assert "<script>alert" not in text
        policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
        assert policy is not None
        assert "default-src 'none'" in policy[1]
        assert "script-src 'unsafe-inline'" not in policy[1]


def test_a_page_fits_into_a_mail(klass: Course) -> None:
    write_feedback(klass, klass.weeks[0], [])
    page = write_reports(klass, [klass.weeks[0]], print)[0]
    assert page.stat().st_size < 200 << 10


def test_withdrawn_students_are_not_counted(klass: Course) -> None:
    before = read(klass)
    gone = before.sheets[0].student
    (klass.root / "roster.yml").write_text(f"students: {{{gone}: {{status: withdrawn}}}}\n")
    after = read(klass)
    assert gone not in {s.student for s in after.sheets}
    assert [person.id for person in after.withdrawn] == [gone]
    assert len(after.sheets) == len(before.sheets) - 1


def test_a_loss_is_explained_beside_the_code_and_leads_to_what_teaches_it(klass: Course) -> None:
    write_feedback(klass, klass.weeks[0], [], text=True)
    lost = next(
        s for s in read(klass).graded if any(p.mistake for t in s.tests for p in t.programs)
    )
    folder = klass.root / "feedback" / lost.student / WEEK
    page = (folder / f"{WEEK}.html").read_text()
    assert "That is the square" in page
    assert page.count("That is the square") == 1  # a hint is said once
    assert "squares instead (in <code>double</code>)" in page
    assert '<span class="n">np</span>' in page  # the student's own code
    assert 'href="#read-Exercise-1"' in page
    assert 'id="read-Exercise-1"' in page
    text = (folder / f"{WEEK}.txt").read_text()
    assert "squares instead (in double)" in text
    assert "That is the square" in text
    assert "“Exercise 1”" in text
    for hidden in ("def three_numbers", "autograder.judge", "2.25"):
        assert hidden not in page + text


def test_a_lesson_is_the_section_that_the_exercise_names() -> None:
    own = {"solution": True, "grade_id": "f"}
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": "## Theory\n\n$x^2$ grows.\n"},
        {"cell_type": "markdown", "metadata": {}, "source": "### Exercise `f`\n\n[read](#Theory)"},
        {"cell_type": "markdown", "metadata": {"autograder": {"own": True}}, "source": "# mine"},
        {
            "cell_type": "code",
            "metadata": {"nbgrader": own},
            "source": "",
        },
    ]
    lesson = lessons(cells)["f"]
    assert lesson.own.title == "Exercise f"
    assert [section.title for section in lesson.sections] == ["Theory"]
    assert 'aria-label="x^2"' in lesson.sections[0].html


@pytest.mark.parametrize("tex", [r"\frac{", r"\foo{x}", "$", r"\href{javascript:x}{y}", "<script>"])
def test_a_formula_that_cannot_be_drawn_is_shown_as_it_is_written(tex: str) -> None:
    made = formula(tex)
    assert "<script" not in made.svg
    assert made.svg.startswith(("<code>", "<svg "))


def test_browser_sorts_filters_and_asks_nothing_of_the_network(klass: Course) -> None:
    browser_path = Path("/usr/bin/chromium")
    sync_api = pytest.importorskip("playwright.sync_api")
    page_path = write_reports(klass, [klass.weeks[0]], print)[0]
    with sync_api.sync_playwright() as play:
        options = {"executable_path": str(browser_path)} if browser_path.exists() else {}
        try:
            browser = play.chromium.launch(args=["--no-sandbox", "--disable-gpu"], **options)
        except sync_api.Error:
            pytest.skip("no Chromium here")
        page = browser.new_page()
        asked, errors = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text))
        page.goto(page_path.as_uri())
        visible = "#students tbody tr:not([hidden])"
        assert page.locator(visible).count() == 30
        page.click("#students thead th:nth-child(2) button")
        values = page.eval_on_selector_all(
            f"{visible} td:nth-child(2)", "c => c.map(x => +x.dataset.v)"
        )
        assert values == sorted(values)
        number = page.locator('a.n[href^="#show="]').first
        count = int(number.inner_text())
        number.click()
        assert page.locator(visible).count() == count
        page.click("#everybody")
        page.fill("#find", "s01")
        assert page.locator(visible).count() == 10
        assert asked == [page_path.as_uri()]
        assert errors == []
        browser.close()
