"""The classes of the domain's errors as they are, and as the tree in domain/errors shows them."""

from domain.errors import OctavoError
from rpc.error_mapping import code_of


def children(base: type[OctavoError]) -> list[type[OctavoError]]:
    """The domain's own subclasses, by code and name."""
    own = [each for each in base.__subclasses__() if each.__module__.startswith("domain.")]
    return sorted(own, key=lambda each: (code_of(each), each.__name__))


def all_errors(base: type[OctavoError] = OctavoError) -> list[type[OctavoError]]:
    """All subclasses of the domain, parents before children."""
    return [error for each in children(base) for error in (each, *all_errors(each))]


def picture(base: type[OctavoError] = OctavoError, margin: str = "") -> list[str]:
    """The lines of the tree below a class."""
    lines = []
    for error in children(base):
        is_last = error is children(base)[-1]
        name = f"{margin}{'└' if is_last else '├'}── {error.__name__}"
        if "type" in vars(error):
            again = "yes" if error.retryable else "no"
            name = f"{name:<28}{code_of(error):>6}  {error.type:<24}{again}"
        lines += [name, *picture(error, margin + ("    " if is_last else "│   "))]
    return lines
