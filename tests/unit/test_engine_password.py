"""The password of the embedded engine, as its data folder keeps it."""

from pathlib import Path

from repository.engine.locks import DataFolder


def test_a_password_is_kept_and_one_that_is_empty_is_made_anew(tmp_path: Path) -> None:
    made = DataFolder(tmp_path).make_password()
    assert DataFolder(tmp_path).make_password() == made
    (tmp_path / "engine.password").write_text("")
    assert DataFolder(tmp_path).password() is None
    assert DataFolder(tmp_path).make_password() not in {"", made}
