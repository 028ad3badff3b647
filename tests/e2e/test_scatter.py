"""`--scatter` and `--gather`, with real kernels."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from .kernel import Answer, Kernel, open_kernel
from .side_by_side import waiting

CONFIG = """\
default: python
backends:
  python: {kernel: python3}
  r: {kernel: ir}
  sh: {kernel: bash}
  worker: {kernel: python3, count: 3}
  only: {kernel: python3, count: 1}
"""


@pytest.fixture(scope="module")
def kernel(tmp_path_factory: pytest.TempPathFactory, need: object) -> Iterator[Kernel]:
    """Return a Multi that the tests share."""
    need("ir", "bash")  # type: ignore[operator]
    file = tmp_path_factory.mktemp("t") / "multikernel.yaml"
    file.write_text(CONFIG)
    with open_kernel("multi", env={"MULTIKERNEL_CONFIG": str(file)}) as kernel:
        kernel.run("%%start python r sh worker")
        kernel.run("import numpy, pandas")
        yield kernel


def run(kernel: Kernel, code: str) -> Answer:
    """Run a cell that succeeds."""
    answer = kernel.run(code)
    assert answer.content["status"] == "ok", answer.content
    return answer


def refused(kernel: Kernel, code: str) -> str:
    """Run a cell that does not, and return its error."""
    answer = kernel.run(code)
    assert answer.content["status"] == "error"
    assert answer.content["ename"] in ("TransferError", "HeaderError", "NameError", "KeyboardInterrupt")
    return str(answer.content["evalue"])


def test_a_list_is_dealt_out_and_the_results_are_joined_in_the_order_of_the_header(kernel: Kernel) -> None:
    run(kernel, "a = list(range(8))")
    answer = run(kernel, "%%worker --scatter a --gather s\nprint(a)\ns = [each * 10 for each in a]")
    for line in ("[0, 1, 2]", "[3, 4, 5]", "[6, 7]"):
        assert line in answer.stream()
    assert run(kernel, "s").result == "[0, 10, 20, 30, 40, 50, 60, 70]"
    run(kernel, "%%worker[2],worker[0] --gather back=s")
    assert run(kernel, "back").result == "[60, 70, 0, 10, 20]"
    assert run(kernel, "a").result == "[0, 1, 2, 3, 4, 5, 6, 7]"


def test_a_data_frame_keeps_types_levels_labels_and_nulls(kernel: Kernel) -> None:
    run(
        kernel,
        "df = pandas.DataFrame({'n': [1, None, 3, 4], 's': pandas.Categorical(['x', 'y', 'x', None]), "
        "'t': pandas.date_range('2024-03-30', periods=4, tz='Europe/Berlin')}, index=['p', 'q', 'r', 's'])",
    )
    answer = run(kernel, "%%worker,r --scatter df --gather back=df\n")
    assert answer.stream() == ""
    check = "pandas.testing.assert_frame_equal(back, df); print('same')"
    assert run(kernel, check).stream() == "same\n"
    assert run(kernel, "%%r\nrownames(df)").result == '[1] "s"'


def test_there_may_be_more_backends_than_elements(kernel: Kernel) -> None:
    run(kernel, "few = numpy.array([5, 6])")
    run(kernel, "%%worker --scatter few --gather more\nimport numpy\nmore = numpy.array([each * 2 for each in few])")
    assert run(kernel, "more").result == "array([10, 12])"
    run(kernel, "none = []")
    run(kernel, "%%worker --scatter none --gather none_all=none\nassert none == []")
    assert run(kernel, "none_all").result == "[]"


def test_with_other_sources_and_targets_and_other_options(kernel: Kernel) -> None:
    run(kernel, "%%sh\nw=(a b c d)")
    run(kernel, "factor = 2")
    run(
        kernel,
        "%%worker --scatter words=sh:w -i factor --gather sh:long=words -o size\n"
        "words = [word * factor for word in words]; size = len(words)",
    )
    assert run(kernel, "%%sh\necho ${long[@]}").stream() == "aa bb cc dd\n"
    assert run(kernel, "size_worker_0, size_worker_1, size_worker_2").result == "(2, 1, 1)"


def test_the_default_may_be_among_the_targets_under_another_name(kernel: Kernel) -> None:
    run(kernel, "v = numpy.arange(4.0)")
    assert "as in --scatter v_part=v" in refused(kernel, "%%python,r --scatter v\nv")
    run(kernel, "%%python,r --scatter v_part=v --gather v_all=v_part")
    assert run(kernel, "v_part, v_all").result == "(array([0., 1.]), array([0., 1., 2., 3.]))"


def test_single_values_become_a_list_and_vectors_of_r_one_vector(kernel: Kernel) -> None:
    run(kernel, "v = numpy.arange(9.0)")
    run(kernel, "%%worker --scatter v --gather sums\nsums = float(v.sum())")
    assert run(kernel, "sums").result == "[3.0, 12.0, 21.0]"


def test_a_group_of_one_gets_all(kernel: Kernel) -> None:
    run(kernel, "a = [1, 2]")
    run(kernel, "%%only --scatter a --gather b\nb = a")
    assert run(kernel, "b").result == "[1, 2]"
    assert "%%only[0] -i a -o b" in refused(kernel, "%%only[0] --scatter a --gather b\nb = a")


def test_nothing_is_joined_unless_all_have_succeeded(kernel: Kernel) -> None:
    run(kernel, "a = [1, 2, 3]; s = 'before'")
    assert "missing" in refused(kernel, "%%worker --scatter a --gather s\ns = a\nif a == [3]: missing")
    assert run(kernel, "s").result == "'before'"


def test_nothing_is_set_unless_all_fit(kernel: Kernel) -> None:
    run(kernel, "a = [1, 2, 3]; one = 1; s = 'before'")
    run(kernel, "%%worker\na = 'before'")
    assert "one (integer) has no elements to deal out; -i one" in refused(kernel, "%%worker --scatter a,one\n1")
    assert run(kernel, "%%worker[1]\na").result == "'before'"
    message = refused(
        kernel, "%%worker --scatter a --gather a_all=a,s\nimport numpy; s = numpy.zeros(1, 'f8' if a == [1] else 'f4')"
    )
    assert "s does not fit together: worker[0] has an array of float64, 1, and worker[1] has an array of" in message
    assert run(kernel, "s").result == "'before'"
    assert "a_all" in refused(kernel, "a_all")
    assert "There is no variable nothing in worker[0]" in refused(kernel, "%%worker --gather nothing")


def test_in_the_background(kernel: Kernel, tmp_path: Path) -> None:
    run(kernel, "a = [1, 2, 3]; s = None")
    cell = waiting("python", tmp_path / "file").replace("%%python", "%%worker --scatter a --gather s")
    running = kernel.begin(f"{cell}\ns = a")
    assert run(kernel, "%%sh\necho other").stream() == "other\n"
    assert run(kernel, "s is None").result == "True"
    (tmp_path / "file").touch()
    assert kernel.wait(running).content["status"] == "ok"
    assert run(kernel, "s").result == "[1, 2, 3]"


def test_an_interrupt_ends_it(kernel: Kernel) -> None:
    run(kernel, "big = [[str(i)] for i in range(3_000_000)]")
    cell = str(kernel.client.execute("%%worker --scatter big\nprint('ran')"))
    kernel.until("status", cell, text="busy")
    kernel.interrupt()
    answer = kernel.wait(cell)
    assert answer.content["status"] == "error"
    assert "ran" not in answer.stream()
    run(kernel, "del big")
    assert run(kernel, "%%worker[0]\n1 + 1").result == "2"


def test_help_names_them(kernel: Kernel) -> None:
    text = run(kernel, "%%help").result or ""
    assert "--scatter a" in text
    assert "--gather x" in text
