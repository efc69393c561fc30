"""Utterances become kinds: planted groups are found, the same for the same seed, and no role is given away."""

import json

import numpy as np
import pytest

from arena.core.errors import BadRequest
from arena_werewolf.loops.cluster import clustered
from arena_werewolf.loops.embed import words
from arena_werewolf.loops.latent import LatentSpace
from arena_werewolf.loops.pages import latent_kinds, shown
from arena_werewolf.loops.speeches import Speech

ACCUSE = [
    "player_1 is the werewolf, vote player_1",
    "vote player_2, player_2 is the werewolf",
    "the werewolf is player_3",
]
CLAIM = ["I am the seer and I looked last night", "believe me, I am the seer", "as the seer I looked at somebody"]
QUIET = ["nothing to say today", "today I have nothing", "nothing, nothing to say"]


def planted(*groups):
    texts = [text for group in groups for text in group]
    return texts, [at for at, group in enumerate(groups) for _ in group]


def same_partition(labels, truth):
    return len(set(zip(labels, truth, strict=True))) == len(set(labels)) == len(set(truth))


def test_planted_groups_of_utterances_are_found_again():
    texts, truth = planted(ACCUSE, CLAIM, QUIET)
    assert same_partition(clustered(words(texts)(texts), 3, seed=0).labels, truth)


def test_planted_groups_of_vectors_are_found_again_for_any_seed():
    rng = np.random.default_rng(5)
    truth = rng.integers(4, size=200)
    vectors = (10 * np.eye(4)[truth] + rng.normal(size=(200, 4))).astype(np.float32)
    for seed in range(5):
        found = clustered(vectors, 4, seed)
        assert same_partition(found.labels, truth)
        assert found.sizes == sorted(found.sizes, reverse=True)
        assert found.nearest(vectors).tolist() == list(found.labels)


def test_the_same_seed_gives_the_same_clusters():
    vectors = np.random.default_rng(1).normal(size=(60, 5)).astype(np.float32)
    one, other = clustered(vectors, 5, seed=3), clustered(vectors, 5, seed=3)
    assert one.labels == other.labels
    assert np.array_equal(one.centres, other.centres)


def test_a_role_has_no_more_kinds_than_it_said_different_things():
    texts = ["yes", "yes", "yes"]
    assert clustered(words(texts)(texts), 3, seed=0).count == 1


def a_space():
    texts, _ = planted(ACCUSE, CLAIM, QUIET)
    roles = ["werewolf", "villager", "seer"] * 3
    return LatentSpace.of(roles, words(texts)(texts), {"werewolf": 2, "villager": 2, "seer": 1}, 3, seed=0)


def test_what_is_heard_depends_on_the_words_and_not_on_who_says_them():
    """Else a listener would learn the speaker's role from its cluster's name."""
    texts, truth = planted(ACCUSE, CLAIM, QUIET)
    space = a_space()
    assert same_partition(space.letters(words(texts)(texts)), truth)
    heard = {role: counts.sum(axis=0).tolist() for role, counts in space.echoes.items()}
    assert heard == {"werewolf": [1, 1, 1], "villager": [1, 1, 1], "seer": [1, 1, 1]}


def test_a_kind_is_shown_by_the_utterances_that_are_nearest_its_centre_and_its_own():
    texts, _ = planted(ACCUSE, CLAIM, QUIET)
    said = [Speech(match="m", move=at, seat=0, role="seer", text=text) for at, text in enumerate(texts)]
    vectors = words(texts)(texts)
    space = LatentSpace.of(["seer"] * len(texts), vectors, {"seer": 3}, 3, seed=0)
    kinds = latent_kinds(space, said, vectors)
    assert [kind.size for kind in kinds] == [3, 3, 3]
    assert {frozenset(kind.nearest) for kind in kinds} == {frozenset(map(shown, g)) for g in (ACCUSE, CLAIM, QUIET)}


def test_a_space_is_read_back_as_it_was_written():
    space = a_space()
    again = LatentSpace.read(json.loads(json.dumps(space.as_json())))
    assert again.as_json() == space.as_json()


def test_no_utterances_are_told_in_a_sentence():
    with pytest.raises(BadRequest, match="nothing was said"):
        LatentSpace.of([], np.zeros((0, 2), dtype=np.float32), {}, 2, seed=0)


def test_utterances_without_a_word_are_told_in_a_sentence():
    with pytest.raises(BadRequest, match="no utterance holds a word"):
        words(["!?", "..."])
