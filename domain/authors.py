"""Authors: how many listed books each has, counted as books come and go."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, Field

from domain.books import BookRow
from domain.effects import Add, Effect, assign, increase
from domain.examples import with_example
from domain.paging import Page
from domain.words import sort_key

EXAMPLE: Final = {"name": "J.R.R. Tolkien", "books": 1}


class Author(BaseModel):
    """An author with the number of books, archived ones left out."""

    model_config = with_example(**EXAMPLE)

    name: str
    books: int = Field(description="Books in the catalogue that name the author.")


class AuthorPage(Page[Author]):
    """One page of authors, by name."""

    model_config = with_example(items=[EXAMPLE], next_cursor=None)


@dataclass(frozen=True, slots=True)
class AuthorRow:
    """What is stored of an author, whose id is made of the name; `listed` while there are books."""

    id: str
    name: str
    books: int
    listed: bool = True

    @classmethod
    def of(cls, name: str, books: int) -> "AuthorRow":
        """The row of a name with so many books."""
        return cls(author_id(name), name, books)

    def shown(self) -> Author:
        """The author as callers see it."""
        return Author(name=self.name, books=self.books)


def author_id(name: str) -> str:
    """The id of a name: ids sort as names do, without case and accents, then as they are written.

    No word has the separator, and it is before the space between words.
    """
    return f"{sort_key(name)}\x1f{name}"


def recount(
    known: Callable[[str], AuthorRow | None],
    *,
    before: Iterable[BookRow] = (),
    after: Iterable[BookRow] = (),
) -> tuple[Effect, ...]:
    """The effects on authors of books that change: `before` and `after` are their rows.

    `known` gives the row of a name. A book counts once for each of its authors.
    """
    moved: Counter[str] = Counter()
    moved.update(name for book in after for name in names_of(book))
    moved.subtract(name for book in before for name in names_of(book))
    effects: list[Effect] = []
    for name, by in moved.items():
        author = known(name)
        if author is None:
            effects += [Add(AuthorRow.of(name, by))] if by > 0 else []
        elif by:
            effects.append(increase(author, books=by))
            is_listed = author.books + by > 0
            effects += [] if is_listed == author.listed else [assign(author, listed=is_listed)]
    return tuple(effects)


def names_of(book: BookRow) -> set[str]:
    """The names under which a book is listed: none while it is archived."""
    return set() if book.archived else set(book.authors)
