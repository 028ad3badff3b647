"""Many cells of four languages at once, in an order drawn at random: each gets its own outputs, in order."""

import random

import pytest

from .kernel import ODD_KERNELSPECS, Kernel, open_kernel

PRINTING = {
    "python": r"for i in range({n}): print(f'{id} {{i}}\n', end='', flush=True)",
    "r": r"for (i in 0:({n} - 1)) cat(paste0('{id} ', i, '\n'))",
    "bash": "for i in $(seq 0 $(({n} - 1))); do echo {id} $i; done",
    "deno": "for (let i = 0; i < {n}; i++) console.log('{id}', i)",
}
"""Each line by one write: between two of them another part's line may come."""
CELLS = 60
LINES = 30

pytestmark = ODD_KERNELSPECS


def body(backend: str, number: int) -> str:
    """Return code that prints numbered lines with the cell's own name."""
    return PRINTING[backend].format(n=LINES, id=f"c{number}")


def lines(number: int) -> list[str]:
    """Return what that prints."""
    return [f"c{number} {i}" for i in range(LINES)]


@pytest.mark.parametrize("seed", [1, 2])
def test_every_cell_gets_its_own_outputs_in_order(need: object, seed: int) -> None:
    need("ir", "bash", "deno")  # type: ignore[operator]
    draw = random.Random(seed)
    with open_kernel("multi") as kernel:
        kernel.run("%%start python r bash deno")
        sent: dict[str, list[tuple[str, int]]] = {}
        for number in range(CELLS):
            backend, other = draw.sample(sorted(PRINTING), 2)
            match draw.randrange(3):
                case 0:
                    code, parts = f"%%{backend} --bg\n{body(backend, number)}", [(backend, number)]
                case 1:
                    code, parts = f"%%{backend}\n{body(backend, number)}", [(backend, number)]
                case _:
                    parts = [(backend, number), (other, number + CELLS)]
                    code = "\n".join(["%%parts", *(f"%%{name} --bg\n{body(name, at)}" for name, at in parts)])
            sent[str(kernel.client.execute(code))] = parts
        check(kernel, sent)


def check(kernel: Kernel, sent: dict[str, list[tuple[str, int]]]) -> None:
    """Wait for all cells; AssertionError where an output is not its cell's, or not in order."""
    for msg_id, parts in sent.items():
        answer = kernel.wait(msg_id, patience=120)
        assert answer.content["status"] == "ok"
        said = answer.stream().splitlines()
        for _, number in parts:
            assert [line for line in said if line.split()[0] == f"c{number}"] == lines(number)
        assert len(said) == LINES * len(parts)
