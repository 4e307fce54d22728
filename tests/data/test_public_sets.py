"""Public data sets: found, checked, downloaded; and one line when they cannot be had."""

from __future__ import annotations

import hashlib
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from robogeo.data.public_sets import PublicSet, obtain, obtain_from, public_sets
from robogeo.errors import InputError

CONTENT = b"sixteen by sixteen"


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


def small_set(address="", content=CONTENT):
    digest = hashlib.sha256(content).hexdigest()
    return PublicSet("tiny", "a set", "MIT", "", "https://example.org", address, {"a/35_01.bin": digest})


@pytest.fixture
def folders(tmp_path, monkeypatch):
    """The named folder and the cache, both empty."""
    monkeypatch.setenv("ROBOGEO_DATA", str(tmp_path / "named"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "named", tmp_path / "cache" / "robogeo" / "data"


@pytest.fixture
def server(tmp_path):
    """Address of a web server, and the folder it serves."""
    served = tmp_path / "served"
    served.mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=served)) as web:
        threading.Thread(target=web.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{web.server_port}", served
        web.shutdown()


def put(folder, content=CONTENT):
    path = folder / "tiny" / "a" / "35_01.bin"
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def test_every_registered_file_has_a_checksum():
    assert {"fashion_mnist", "cmu_mocap", "chairs"} <= set(public_sets())
    for known in public_sets().values():
        assert known.origin
        assert all(len(bytes.fromhex(digest)) == 32 for digest in known.files.values())


def test_addresses_are_those_of_the_owners():
    cmu = public_sets()["cmu_mocap"]
    assert cmu.address_of("amc/35_01.amc") == "http://mocap.cs.cmu.edu/subjects/35/35_01.amc"
    assert cmu.address_of("asf/02.asf") == "http://mocap.cs.cmu.edu/subjects/02/02.asf"
    fashion = public_sets()["fashion_mnist"].address_of("train-labels-idx1-ubyte.gz")
    assert fashion.endswith("amazonaws.com/train-labels-idx1-ubyte.gz")


@pytest.mark.parametrize("which", [0, 1])
def test_finds_a_file_in_the_named_folder_and_in_the_cache(folders, which):
    path = put(folders[which])
    assert obtain_from(small_set(), "a/35_01.bin") == path


def test_downloads_into_the_cache_once(folders, server):
    address, served = server
    (served / "35_01.bin").write_bytes(CONTENT)
    tiny = small_set(address + "/{name}")
    path = obtain_from(tiny, "a/35_01.bin")
    assert path == folders[1] / "tiny" / "a" / "35_01.bin" and path.read_bytes() == CONTENT
    (served / "35_01.bin").unlink()
    assert obtain_from(tiny, "a/35_01.bin") == path


@pytest.mark.parametrize("served_content", [None, b"something else"], ids=["absent", "exchanged"])
def test_a_failed_download_leaves_nothing_and_says_where_the_file_goes(folders, server, served_content):
    address, served = server
    if served_content is not None:
        (served / "35_01.bin").write_bytes(served_content)
    with pytest.raises(InputError) as caught:
        obtain_from(small_set(address + "/{name}"), "a/35_01.bin")
    assert str(folders[0] / "tiny" / "a" / "35_01.bin") in str(caught.value)
    assert address in str(caught.value) and "\n" not in str(caught.value)
    assert not [path for path in folders[1].rglob("*") if path.is_file()]


def test_no_network_is_one_line(folders):
    with pytest.raises(
        InputError, match=r"cannot be reached .*put the file there, from https://example\.org"
    ):
        obtain_from(small_set("http://127.0.0.1:1/{name}"), "a/35_01.bin")


def test_no_address_is_one_line(folders):
    with pytest.raises(InputError, match=r"35_01\.bin: not found, and has no address"):
        obtain_from(small_set(), "a/35_01.bin")


def test_a_truncated_file_is_refused_not_replaced(folders):
    path = put(folders[0], CONTENT[:-1])
    with pytest.raises(InputError, match=r"SHA-256 is .* as published"):
        obtain_from(small_set(), "a/35_01.bin")
    assert path.read_bytes() == CONTENT[:-1]


def test_unknown_names_are_listed():
    with pytest.raises(InputError, match="known are fashion_mnist, cmu_mocap, chairs"):
        obtain("emnist", "x")
    with pytest.raises(InputError, match="has no file"):
        obtain("fashion_mnist", "../../etc/passwd")
