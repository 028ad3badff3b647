"""A qtconsole on Multi without a screen: `python -m tests.e2e.qtconsole_session`; test_qtconsole.py reads its text."""

import re

from PyQt5.QtCore import QEventLoop, Qt
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QApplication
from qtconsole.manager import QtKernelManager
from qtconsole.rich_jupyter_widget import RichJupyterWidget


def main() -> None:
    """Run cells one after another, each when the prompt for it is there, and print all that the console shows."""
    application = QApplication([])
    manager = QtKernelManager(kernel_name="multi")
    manager.start_kernel()
    client = manager.client()
    client.start_channels()
    console = RichJupyterWidget()
    console.kernel_manager, console.kernel_client = manager, client
    text = console._control

    def see(pattern: str) -> None:
        while not re.search(pattern, text.toPlainText()):
            application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    def run(number: int, cell: str) -> None:
        see(rf"In \[{number}\]: $")
        console.execute(cell)

    def type_in(keys: str, end: Qt.Key = Qt.Key.Key_Return) -> None:
        QTest.keyClicks(text, keys)
        QTest.keyClick(text, end)

    run(1, "6 * 7")
    run(2, "%%ir\ncat('R says', sum(1:9))")
    run(3, "name = input('who' + '? ')")
    see(r"who\? $")
    type_in("me")
    run(4, "%%ir\nstop('no good')")
    run(5, "print('hello', name)")
    see(r"In \[6\]: $")
    type_in("%%bac", Qt.Key.Key_Tab)
    see(r"In \[6\]: %%backends")
    QTest.keyClick(text, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    see(r"In \[7\]: $")
    QTest.keyClick(text, Qt.Key.Key_Up)
    see(r"In \[7\]: %%backends$")
    print(text.toPlainText())  # noqa: T201
    client.stop_channels()
    manager.shutdown_kernel()


if __name__ == "__main__":
    main()
