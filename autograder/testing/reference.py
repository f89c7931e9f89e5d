"""Where an object of the student's is, and how the tests came by it; see ``proxies``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from autograder.sandbox.plain import Handle


class UnexpectedObject(TypeError):
    """The student's code gave an object where a test expected plain data."""


class AuthorError(Exception):
    """A test asks for what cannot be done. No student's fault; the message says what to do."""


class Wall(Protocol):
    """What a proxy needs of the wall that it lies behind; see ``remote.Wall``."""

    authors_error: AuthorError | None

    def ask(self, label: str, **wish: Any) -> Any:
        """The value that the kernel answers with."""

    def hand_over(self, value: Any) -> Any:
        """What is sent for a value of the test's."""

    def release(self, number: int) -> None:
        """One proxy less for the object of this number."""


@dataclass(eq=False)
class Reference:
    """Where a proxy's object is.

    Attributes:
        wall: what it lies behind.
        handle: what the kernel said of it.
        label: how the test came by it, "area()" for instance.
        own: whether the test made it, by calling a class of the instructor's notebook; or, of a
            class, whether it is one.
        taken: how many items were taken from it.
    """

    wall: Wall
    handle: Handle
    label: str
    own: bool = False
    taken: int = 0

    def __del__(self) -> None:
        self.wall.release(self.handle.number)

    def apply(self, action: str, *operands: Any, label: str = "") -> Any:
        """Does something with objects inside; see ``agent.ACTIONS``."""
        sent = [self.wall.hand_over(operand) for operand in operands]
        return self.wall.ask(
            label or f"{action}({self.label})", operation="apply", action=action, operands=sent
        )

    def refuse(self, what: str) -> UnexpectedObject:
        """The error that says that plain data was expected."""
        return UnexpectedObject(
            f"expected plain data (a number, text, list, dictionary, array ...), but {self.label} "
            f"is an object of type {self.handle.type_name}, and {what}"
        )


def reference_of(value: Any) -> Reference | None:
    """Where the object is, if it is one of the student's."""
    kind = type(value)
    if issubclass(kind, BaseException) or (
        issubclass(kind, type) and issubclass(value, BaseException)
    ):
        return vars(value).get("_remote_")
    return object.__getattribute__(value, "_remote_") if hasattr(kind, "_proxy_") else None
