"""`medkarta import`: order of files, what is told, and how it ends."""

import json

import pytest
from record_bundles import bundle, observation, organization, patient, rows

from medkarta.config.cli.import_ import NotAllTakenError, files_of, report, take_in
from medkarta.record.actions import imports

pytestmark = pytest.mark.django_db


def write(folder, name, *entries):
    path = folder / name
    path.write_text(json.dumps(bundle(*entries)), encoding="utf-8")
    return path


def test_hospitals_and_practitioners_come_first_and_nothing_twice(tmp_path):
    (tmp_path / "deep").mkdir()
    for name in ("anna.json", "practitioner1.json", "deep/hospital1.json", "notes.txt"):
        (tmp_path / name).write_text("{}")
    files = files_of([tmp_path / "anna.json", tmp_path])
    assert [file.name for file in files] == ["hospital1.json", "practitioner1.json", "anna.json"]


def test_a_broken_file_is_told_and_the_next_goes_on(tmp_path, capsys):
    (tmp_path / "a.json").write_text("{broken")
    write(tmp_path, "b.json", organization(), patient(), observation(of="urn:uuid:nobody"))
    tally = take_in(files_of([tmp_path]))
    with pytest.raises(NotAllTakenError, match="1 files and 1 entries"):
        report(tally)
    told = capsys.readouterr().out
    assert "a.json: not taken:" in told
    assert "b.json: entry 2, Observation" in told
    assert "urn:uuid:nobody is neither in the bundle nor in the store" in told
    assert len(tally.patient_ids) == 1


def test_when_all_is_taken_it_ends_well(tmp_path, capsys):
    write(tmp_path, "b.json", organization(), patient(), observation())
    report(take_in(files_of([tmp_path])))
    assert "Observation" in capsys.readouterr().out


def test_ctrl_c_keeps_whole_bundles_and_the_next_run_goes_on(tmp_path, monkeypatch):
    for name in ("a.json", "b.json"):
        write(tmp_path, name, organization(full_url=f"urn:uuid:{name}"))
    store = imports._store

    def interrupted(entries, now):
        decisions = store(entries, now)
        if entries[0].full_url == "urn:uuid:b.json":
            raise KeyboardInterrupt
        return decisions

    monkeypatch.setattr(imports, "_store", interrupted)
    tally = take_in(files_of([tmp_path]))
    monkeypatch.undo()
    assert tally.stopped
    assert rows("SELECT count(*) FROM shared_resource") == [(1,)]
    with pytest.raises(NotAllTakenError, match="run it again"):
        report(tally)
    report(take_in(files_of([tmp_path])))
    assert rows("SELECT count(*) FROM shared_resource") == [(2,)]
