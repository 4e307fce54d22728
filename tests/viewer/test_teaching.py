from __future__ import annotations

import numpy as np
import pytest

from robogeo.data.demonstrations import Demonstration
from robogeo.errors import InputError
from robogeo.experiment import usual_oracle
from robogeo.learning.learner import Learner
from robogeo.learning.run_folder import RunFolder
from robogeo.motion.request import Refusal
from robogeo.viewer.lesson import PERSON, Lesson
from robogeo.viewer.reports import Reports
from robogeo.viewer.teaching import Teaching
from robogeo.viewer.wording import checks_html

pytestmark = pytest.mark.sim


def test_a_person_teaches_by_way_points(teaching: Teaching) -> None:
    query = teaching.ask()[0]
    assert teaching.choose(query.id) is query and teaching.queries[0] is query
    shown = teaching.ask_oracle()
    assert shown.good and all(check.holds for check in shown.checks)
    path = shown.answer.q
    for place in (0.25, 0.5, 0.75):
        teaching.insert(path[round(place * (len(path) - 1))], 99)
    assert teaching.preview is None  # what was looked at is not what is there now
    preview = teaching.look()
    assert preview.good
    before = teaching.untaught
    receipt = teaching.accept()
    assert receipt.accepted and receipt.compliance is not None and teaching.untaught == before + 1
    kept = teaching.learner.demonstrations[-1]
    assert kept.source == PERSON
    assert np.allclose(kept.q[[0, -1]], [query.request.start, query.request.goal], atol=1e-6)
    assert teaching.state_of(query) == "answered" and teaching.lesson is None


def test_what_is_accepted_is_on_the_disk_at_once(teaching: Teaching) -> None:
    query = teaching.ask()[0]
    teaching.choose(query.id)
    teaching.ask_oracle()
    teaching.accept()
    folder = RunFolder.existing(
        teaching.learner.folder.path
    )  # as a reader finds it, were the viewer gone now
    again = Learner(folder, teaching.learner.config, teaching.learner.world)
    assert again.record.receipt(query.id).state.value == "answered"
    assert again.demonstrations[-1] == teaching.learner.demonstrations[-1]


def test_learning_makes_another_map(teaching: Teaching) -> None:
    with pytest.raises(InputError, match="nothing was taught"):
        teaching.update()
    rounds = teaching.learner.rounds
    teaching.choose(teaching.ask()[0].id)
    teaching.ask_oracle()
    teaching.accept()
    teaching.update()
    assert teaching.learner.rounds == rounds + 1 and teaching.untaught == 0
    assert [each["demonstrations"] for each in teaching.rounds] == [2, 3]


def test_only_what_was_looked_at_and_ran_can_be_accepted(teaching: Teaching) -> None:
    with pytest.raises(InputError, match="choose a question first"):
        teaching.look()
    query = teaching.ask()[0]
    teaching.choose(query.id)
    with pytest.raises(InputError, match="look at the demonstration first"):
        teaching.accept()
    low = teaching.learner.world.rest.copy()
    low[1] = teaching.learner.world.limits.upper[1]
    teaching.insert(low, 0)
    preview = teaching.look()
    assert not preview.good and "touched an obstacle" in preview.checks[0].found
    assert "(near the start)" in preview.checks[0].found  # before it comes anywhere near the way-point
    with pytest.raises(InputError, match="look at the demonstration first"):
        teaching.accept()
    teaching.remove(1)
    assert teaching.lesson is not None and not teaching.lesson.way_points
    assert teaching.state_of(query) == "pending"


def test_what_is_found_bars_a_demonstration_or_warns_of_it(teaching: Teaching) -> None:
    world, query = teaching.learner.world, teaching.ask()[0]
    teaching.choose(query.id)
    lesson = teaching.lesson
    assert lesson is not None
    low = world.rest.copy()
    low[1] = world.limits.upper[1]
    t = np.arange(20) / 10.0
    touching = lesson.checked(Demonstration(np.linspace(world.rest, low, 20), t, "made"))
    barring = {check.name: check.holds for check in touching.checks if check.bars}
    assert barring == {"joint limits": True, "clearance": False} and not touching.good
    assert 'data-checks="bad"' in checks_html(touching)
    teaching.preview = touching
    with pytest.raises(InputError, match="only one that ran well"):
        teaching.accept()

    aside = lesson.checked(Demonstration(np.linspace(world.rest, world.rest + 0.05, 20), t, "made"))
    assert [check.holds for check in aside.checks] == [True, True, False] and aside.good
    shown = checks_html(aside)
    assert 'data-checks="good"' in shown and "&#9888;" in shown and "&#10007;" not in shown
    # A planner's hit has no place among a person's way-points.
    assert lesson.checked(Refusal("collision", "it touched")).checks[0].found == "it touched"


def test_refusals_are_told(teaching: Teaching) -> None:
    query = teaching.ask()[0]
    teaching.choose(query.id)
    teaching.refuse("there is a cable")
    assert teaching.state_of(query) == "refused"
    teaching.choose(query.id)
    with pytest.raises(InputError, match="refused before"):
        teaching.refuse("again")


def test_a_run_that_others_write_into_is_only_looked_at(teaching: Teaching) -> None:
    reader = Teaching(teaching.learner, lambda *_: None, usual_oracle, Reports(), "somebody writes")
    for action in (reader.ask, reader.update):
        with pytest.raises(InputError, match="teaching is off: somebody writes"):
            action()


def test_a_path_goes_through_its_corners_without_overshoot(teaching: Teaching) -> None:
    query, world = teaching.ask()[0], teaching.learner.world
    lesson = Lesson(query, world, 0.9, 0.25)
    middle = 0.5 * (query.request.start + query.request.goal)
    lesson.insert(middle, 0)
    lesson.insert(middle + 0.1, 1)
    path = lesson.path()
    for corner in lesson.corners:
        assert np.abs(path - corner).max(axis=1).min() < 0.03
    low, high = lesson.corners.min(axis=0), lesson.corners.max(axis=0)
    assert ((path >= low - 1e-9) & (path <= high + 1e-9)).all()
    for bad in (np.zeros(3), np.full(7, np.nan), world.limits.upper + 1.0):
        with pytest.raises(InputError, match="way-point"):
            lesson.insert(bad, 0)
