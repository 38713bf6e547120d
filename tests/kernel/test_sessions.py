"""What stands in a session is believed when it is signed, and is each reader's own."""

from qunluo.kernel.sessions import SessionStore


def test_what_was_signed_is_read_and_what_was_changed_is_nothing():
    store = SessionStore()
    said = store.encode({"kept": ["one"]})
    assert store.decode(said) == {"kept": ["one"]}
    head, _colon, signature = said.rpartition(":")
    other = store.encode({"kept": ["two"]}).rpartition(":")[0]
    assert store.decode(f"{other}:{signature}") == {}
    assert store.decode(f"{head}:{signature[::-1]}") == {}
    assert store.decode("") == {}


def test_who_changes_what_they_read_changes_it_for_nobody_else():
    said = SessionStore().encode({"kept": ["one"]})
    SessionStore().decode(said)["kept"].append("two")
    assert SessionStore().decode(said) == {"kept": ["one"]}


def test_another_key_does_not_open_a_session(settings):
    said = SessionStore().encode({"kept": 1})
    assert SessionStore().decode(said) == {"kept": 1}
    settings.SECRET_KEY = "another key, which is as long as a key has to be"
    assert SessionStore().decode(said) == {}
