"""What a killed supervisor leaves in the folder for temporary files is removed by the next."""

from pathlib import Path

from repository.mongo.processes import own_name
from rpc.supervisor import FOLDER_PREFIX, OWNER, own_folder, remove_left_folders


def test_folders_of_metrics_of_dead_supervisors_are_removed_and_no_others(tmp_path: Path) -> None:
    name = own_name()
    assert name is not None
    place, pid, birth = name.rsplit(" ", maxsplit=2)
    owners = {
        "dead": f"{place} {pid} {int(birth) + 1}",
        "elsewhere": f"elsewhere {pid} {birth}",
        "unknown": "",
    }
    for each, owner in owners.items():
        folder = tmp_path / f"{FOLDER_PREFIX}{each}"
        folder.mkdir()
        (folder / OWNER).write_text(owner)
        (folder / "counter_1.db").touch()
    mine = tmp_path / f"{FOLDER_PREFIX}mine"
    mine.mkdir()
    own_folder(mine)

    remove_left_folders(tmp_path)

    left = {each.name.removeprefix(FOLDER_PREFIX) for each in tmp_path.iterdir()}
    assert left == {"elsewhere", "unknown", "mine"}
