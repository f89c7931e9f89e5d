"""What lies between the tests and the student's kernel: what is asked, and what comes back."""

from __future__ import annotations

import builtins
import io
import sys
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np

from autograder.sandbox.kernel import KernelLost, StudentKernel
from autograder.sandbox.plain import Based, Handle, Imported, Source, TooLarge
from autograder.testing.handing_over import HandingOver
from autograder.testing.proxies import based, exception_class, proxy
from autograder.testing.reference import AuthorError, Reference


class Wall:
    """Asks the student's kernel for the tests.

    Args:
        kernel: where the student's names live.
        hand_over: turns values of the tests into what is sent for them.

    Attributes:
        authors_error: the last thing that a test handed over and could not be sent.
        lost: how the kernel was lost, if it was. A test may catch either, but that ends nothing.
    """

    def __init__(self, kernel: StudentKernel, hand_over: HandingOver) -> None:
        self.kernel, self._hand_over = kernel, hand_over
        self.authors_error: AuthorError | None = None
        self.lost: KernelLost | None = None
        self._held: Counter[int] = Counter()
        self._released: set[int] = set()
        self._exceptions: dict[int, type[Exception]] = {}
        self._printing = False

    def hand_over(self, value: Any) -> Any:
        """What is sent for a value of the test's.

        Raises:
            AuthorError: it cannot be sent, whatever the student's code does.
            NotPlain: it is data that cannot be sent.
        """
        try:
            return self._hand_over(value)
        except AuthorError as error:
            self.authors_error = error
            raise
        except RecursionError as error:
            raise TooLarge("a value that contains itself, or is nested too deep") from error

    def release(self, number: int) -> None:
        """One proxy less for the object of this number."""
        self._held[number] -= 1
        if self._held[number] <= 0:
            del self._held[number]
            self._released.add(number)

    def ask(
        self, label: str, *, given: tuple[Any, ...] = (), own: bool = False, **wish: Any
    ) -> Any:
        """The value that the kernel answers with; what the student's code raised is raised.

        Args:
            label: how the value came about, for messages.
            given: the arguments of a call, which are changed as the function changed them.
            own: whether an object that comes back was made by the test itself.
            wish: see ``agent.Agent``.
        """
        released, self._released = self._released, set()
        printed: list[tuple[str, str]] = []
        forget = sorted(released - self._held.keys())
        try:
            reply = self.kernel.ask(lambda *text: printed.append(text), forget=forget, **wish)
        except KernelLost as lost:
            self.lost = lost
            raise
        self._print_again(printed)
        if not isinstance(reply, dict):
            raise RuntimeError("the kernel did not answer as it should")
        if "raised" in reply:
            raise self._exception(reply)
        # Only where it is asked for: elsewhere it would end a loop of the test's early.
        if reply.get("stopped") is True and wish["operation"] == "next":
            raise StopIteration
        if reply.get("missing") is True and wish["operation"] == "get":
            raise NameError(wish["name"])
        changed = reply.get("changed")
        for i, new in changed.items() if isinstance(changed, dict) else ():
            if isinstance(i, int) and 0 <= i < len(given):
                _change_in_place(given[i], self.value(new, label))
        same = reply.get("same")
        if isinstance(same, int) and 0 <= same < len(given):
            return given[same]
        return self.value(reply.get("value"), label, own)

    def _print_again(self, printed: list[tuple[str, str]]) -> None:
        """Prints what was printed inside, where a test has put something of its own to catch it."""
        # That may be an object of the student's, which may print itself.
        if self._printing:
            return
        self._printing = True
        try:
            for name, text in printed:
                stream = sys.stderr if name == "stderr" else sys.stdout
                if stream is not None and not isinstance(stream, OwnOutput):
                    stream.write(text)
        finally:
            self._printing = False

    def value(self, answered: Any, label: str, own: bool = False) -> Any:
        """What the tests get for something that the kernel answered."""
        kind = type(answered)
        if kind is Handle:
            return self._object(answered, label, own)
        if kind is Based:
            return based(self._reference(answered.handle, label), self.value(answered.value, label))
        if kind in (list, tuple, set, frozenset):
            return kind([self.value(item, f"{label}[...]") for item in answered])
        if kind is dict:
            inner = f"{label}[...]"
            return {self.value(k, inner): self.value(item, inner) for k, item in answered.items()}
        if kind in (Imported, Source):
            raise RuntimeError("the kernel did not answer as it should")
        return answered

    def _reference(self, handle: Handle, label: str, own: bool = False) -> Reference:
        self._held[handle.number] += 1
        self._released.discard(handle.number)
        return Reference(self, handle, _shortened(label), own)

    def _object(self, handle: Handle, label: str, own: bool) -> Any:
        if handle.is_class and "BaseException" in handle.bases:
            return self._exception_class(handle, label)
        return proxy(self._reference(handle, label, own))

    def _exception_class(self, handle: Handle, label: str) -> type[Exception]:
        """A class here for one there, derived from those that it is derived from there."""
        if handle.number not in self._exceptions:
            reference = self._reference(handle, label)
            line = self.kernel.ask(
                operation="apply", action="getattr", operands=[handle, "__mro__"], forget=[]
            )
            above = line.get("value") if isinstance(line, dict) else None
            others = [h for h in above[1:] if _is_own_exception(h)] if type(above) is tuple else []
            base = _built_in(handle.bases)
            if others:
                base = self._exception_class(others[0], others[0].type_name)
            self._exceptions[handle.number] = exception_class(reference, base)
        return self._exceptions[handle.number]

    def _may_be_named(self, kind: type[Exception]) -> bool:
        """Whether the tests speak of it, by a name that the instructor's notebook defines."""
        names = self._hand_over.students & self._hand_over.mentioned
        return any(part.__name__ in names for part in kind.__mro__)

    def _exception(self, reply: dict[str, Any]) -> Exception:
        names, message = reply["raised"], reply.get("message")
        names = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
        text = message if isinstance(message, str) else ""
        kind = _built_in(names)
        if kind is RuntimeError and names and "RuntimeError" not in names:
            text = f"{names[0]}: {text}"
        handle, error = reply.get("kind"), reply.get("error")
        own = self._own_exception(handle) if isinstance(handle, Handle) else None
        try:
            raised = (own or kind)(text)
        except TypeError:
            return RuntimeError(text)
        if own and isinstance(error, Handle):
            vars(raised)["_remote_"] = self._reference(error, own.__name__)
        return raised

    def _own_exception(self, handle: Handle) -> type[Exception] | None:
        """The class of the student's that it is of, if the tests speak of it."""
        found = self._object(handle, handle.type_name, own=False)
        if isinstance(found, type) and issubclass(found, Exception):
            return found if self._may_be_named(found) else None
        return None


class OwnOutput(io.StringIO):
    """What the tests print themselves; what the student's code prints does not come in here."""


def _shortened(label: str) -> str:
    return label if len(label) <= 80 else f"{label[:38]} ... {label[-38:]}"


def _built_in(names: Iterable[str]) -> type[Exception]:
    """The first of the names that is a built-in exception that tests may be told of."""
    # What says something of the kernel must not be said by the student's code.
    never = (ConnectionError, TimeoutError, StopIteration, StopAsyncIteration)
    for name in names:
        kind = getattr(builtins, name, None)
        if isinstance(kind, type) and issubclass(kind, Exception) and not issubclass(kind, never):
            return kind
    return RuntimeError


def _is_own_exception(answered: Any) -> bool:
    """Whether this is an exception class, and not one of Python's own."""
    bases = answered.bases if isinstance(answered, Handle) else ()
    return "BaseException" in bases and bases[0] != answered.type_name


def _change_in_place(old: Any, new: Any) -> bool:
    """Changes an argument, and what it contains, as the function did, if possible."""
    if isinstance(old, np.ndarray) and isinstance(new, np.ndarray):
        if old.shape != new.shape or not np.can_cast(new.dtype, old.dtype, "same_kind"):
            return False
        np.copyto(old, new, casting="same_kind")
    elif isinstance(old, list) and isinstance(new, list):
        old[:] = [_changed(*pair) for pair in zip(old, new)] + new[len(old) :]
    elif isinstance(old, dict) and isinstance(new, dict):
        changed = {key: _changed(old.get(key), item) for key, item in new.items()}
        old.clear()
        old.update(changed)
    elif isinstance(old, set) and isinstance(new, set):
        old.clear()
        old.update(new)
    else:
        return False
    return True


def _changed(old: Any, new: Any) -> Any:
    return old if type(old) is type(new) and _change_in_place(old, new) else new
