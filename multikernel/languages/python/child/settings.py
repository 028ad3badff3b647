"""What the user has set for numpy, pandas and the interpreter does not reach what Multi does."""

import sys
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

from .hooks import withhold

DEEPEST_CALLS = 3000
PANDAS_OPTIONS = {"mode.use_inf_as_na": False, "mode.chained_assignment": None, "mode.sim_interactive": False}


@contextmanager
def own_settings() -> Iterator[None]:
    """Put back, on leaving, the settings that the user had."""
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        numpy: Any = sys.modules.get("numpy")
        if numpy is not None and hasattr(numpy, "errstate"):
            stack.enter_context(numpy.errstate(all="ignore"))
        pandas: Any = sys.modules.get("pandas")
        for option, value in PANDAS_OPTIONS.items() if hasattr(pandas, "option_context") else ():
            with suppress(KeyError):  # where this pandas has no such option
                stack.enter_context(pandas.option_context(option, value))
        stack.callback(sys.setrecursionlimit, sys.getrecursionlimit())
        sys.setrecursionlimit(max(sys.getrecursionlimit(), DEEPEST_CALLS))
        if hasattr(sys, "set_int_max_str_digits"):
            stack.callback(sys.set_int_max_str_digits, sys.get_int_max_str_digits())
            sys.set_int_max_str_digits(0)
        withhold()
        yield
