"""Objects of the student's, as the tests hold them: they stay in the student's kernel.

A proxy has the special methods that the student's type has, and each use of it asks the kernel.
What comes back is plain data or another proxy. Attributes, items, methods, calls, iteration,
``len``, ``str``, ``bool``, ``isinstance`` and the like mean what they mean without a wall.

The threat: an object that agrees with everything. ``assert area(2) == 12`` must not hold because
``area`` returned something whose ``__eq__`` always says True, nor ``abs(area(2) - 12) < 1e-9``
because its ``__sub__`` always says 0. So what a test expects must not be handed to the student's
code by an operator, for the student's code to judge:

- A proxy is never compared with plain data, and NumPy's functions do not take one. Both raise
  ``UnexpectedObject``, which says that plain data was expected. Only ``None`` is told apart here.
- An operator with plain data on its other side, ``vector * 2``, works for objects that the test has
  made itself, by calling a class that the instructor's notebook defines. What a function, a method,
  an attribute or an operator gave is not such an object, whatever it says that it is.
- Likewise ``x in proxy``: for any other object the items are fetched, and compared here.
- Methods that plain data has as well, ``startswith`` for instance, judge too: for any other object
  they take no plain data.
- Leaving a ``with`` never swallows a failed assertion.

Two proxies are compared by the student's ``__eq__``: a test that relies on it tests just that. An
author who wants an operator after all calls it by name: ``(v + w).__mul__(2)``.
"""

from __future__ import annotations

import functools
import re
import types
from collections.abc import Callable
from typing import Any

from autograder.testing.cell_texts import file_of, module_of
from autograder.testing.operators import METHODS, call, compare, convert
from autograder.testing.reference import AuthorError, Reference, reference_of

_PLAIN_TYPES = (str, bytes, list, tuple, dict, set, int, float, complex)
_HARMLESS = frozenset(
    "append extend insert add remove discard update pop clear get setdefault sort reverse copy "
    "format encode".split()
)
JUDGES = {
    name for kind in _PLAIN_TYPES for name in dir(kind) if not name.startswith("_")
} - _HARMLESS | {"dot", "equals", "searchsorted", "allclose", "compare"}
"""Methods to which a test might hand what it expects."""

READABLE = frozenset(
    "__doc__ __name__ __qualname__ __module__ __dict__ __annotations__ __defaults__ __kwdefaults__ "
    "__code__ __bases__ __mro__ __self__ __func__ __wrapped__ __init__ "
    "__eq__ __ne__ __hash__ __repr__".split()
)
"""What is read from the student's object though its name begins and ends so."""

_LIKE = {kind.__name__: kind for kind in (types.GeneratorType, types.FunctionType, types.CodeType)}
_PLACES = {"co_filename": file_of, "__module__": module_of}
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


class RemoteObject:
    """An object that stays in the student's kernel."""

    __slots__ = ("__weakref__", "_remote_")
    _proxy_ = True
    # NumPy's operators then leave the decision to the methods here.
    __array_ufunc__ = None

    def __init__(self, reference: Reference) -> None:
        object.__setattr__(self, "_remote_", reference)

    def __getattribute__(self, name: str) -> Any:
        special = name.startswith("__") and name.endswith("__")
        if name == "_remote_" or (special and name not in READABLE and name not in METHODS):
            # Not from the student's object: NumPy reads memory where __array_interface__ says.
            return object.__getattribute__(self, name)
        return _attribute(self, self._remote_, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._remote_.apply("setattr", self, name, value)

    def __delattr__(self, name: str) -> None:
        self._remote_.apply("delattr", self, name)

    def __eq__(self, other: object) -> Any:
        return compare(self, "eq", other)

    def __ne__(self, other: object) -> Any:
        return compare(self, "ne", other)

    def __hash__(self) -> int:
        if "__hash__" in self._remote_.handle.specials:
            return int(convert("hash", int, self))
        return hash(self._remote_.handle.number)

    def __repr__(self) -> str:
        if "__repr__" in self._remote_.handle.specials:
            return _ADDRESS.sub("", convert("repr", str, self))
        return f"<{self._remote_.handle.type_name} object>"

    def __dir__(self) -> Any:
        return self._remote_.apply("dir", self)

    def __copy__(self) -> Any:
        return self._remote_.apply("copy", self, label=self._remote_.label)

    def __deepcopy__(self, _: Any) -> Any:
        return self._remote_.apply("deepcopy", self, label=self._remote_.label)

    def __reduce_ex__(self, _: Any) -> Any:
        raise self._remote_.refuse("cannot be written to a file")

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise self._remote_.refuse("cannot be made an array")


class RemoteClass(RemoteObject):
    """A class of the student's."""

    __slots__ = ()

    def __instancecheck__(self, value: Any) -> bool:
        if reference_of(value) is None:
            return False
        return bool(convert("isinstance", bool, value, self))

    def __subclasscheck__(self, value: Any) -> bool:
        if reference_of(value) is None:
            return False
        return bool(convert("issubclass", bool, value, self))

    def __mro_entries__(self, _: Any) -> Any:
        error = AuthorError(
            f"a test cannot derive a class from {self._remote_.label!r}, which is in the student's "
            "kernel. Derive it in a solution cell, below the line END SOLUTION."
        )
        self._remote_.wall.authors_error = error
        raise error


def _attribute(self: Any, reference: Reference, name: str) -> Any:
    found = reference.apply("getattr", self, name, label=f"{reference.label}.{name}")
    if name in _PLACES:
        # Or ``inspect`` would read the file that the student names, on this side of the wall.
        return _PLACES[name](found)
    judges = name in JUDGES and not reference.own and isinstance(found, RemoteObject)
    return _Judge(found, reference) if judges else found


class _Judge:
    """A method that plain data has too, of an object that the test has not made."""

    _proxy_ = True

    def __init__(self, method: RemoteObject, owner: Reference) -> None:
        self._method, self._owner, self._remote_ = method, owner, method._remote_

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        if any(reference_of(value) is None for value in (*arguments, *keywords.values())):
            raise self._owner.refuse("cannot be asked for what plain data would say")
        return call(self._method, *arguments, **keywords)


def proxy(reference: Reference) -> RemoteObject:
    """A proxy with the special methods that the student's object has."""
    handle = reference.handle
    kind = "type" if handle.is_class else handle.type_name
    return _proxy_class(kind, handle.is_class, handle.specials)(reference)


@functools.lru_cache(maxsize=512)
def _proxy_class(
    name: str, is_class: bool, specials: tuple[str, ...]
) -> Callable[[Reference], RemoteObject]:
    methods: dict[str, Any] = {s: METHODS[s] for s in specials if s in METHODS}
    if is_class or name in _LIKE:
        like = type if is_class else _LIKE[name]
        methods["__class__"] = property(lambda self: like)
    base = RemoteClass if is_class else RemoteObject
    return type(_as_name(name), (base,), {"__slots__": (), **methods})


def based(reference: Reference, value: Any) -> Any:
    """A plain value with the further attributes of the student's object."""
    made = _based_class(type(value), _as_name(reference.handle.type_name))(value)  # type: ignore[arg-type]
    object.__setattr__(made, "_remote_", reference)
    return made


@functools.lru_cache(maxsize=512)
def _based_class(base: type[Any], name: str) -> type[Any]:
    # A copy is the test's own.
    copied = {"__reduce_ex__": lambda self, _: (base, (base(self),))}
    return type(name, (base,), {"_proxy_": True, "__getattr__": _further, **copied})


def exception_class(reference: Reference, base: type[Exception]) -> type[Exception]:
    """A class here for an exception class of the student's, so that ``except`` can name it."""
    attributes = {"_remote_": reference, "__getattr__": _further}
    return type(_as_name(reference.handle.type_name), (base,), attributes)


def _further(self: Any, name: str) -> Any:
    reference = vars(self).get("_remote_")
    if reference is None or (name.startswith("__") and name.endswith("__")):
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
    return _attribute(self, reference, name)


def _as_name(text: str) -> str:
    return text if text.isidentifier() else "object"
