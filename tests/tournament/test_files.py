"""An event file means what it says, and whatever is wrong with one is said in one sentence."""

from pathlib import Path

import pytest

from arena.core.errors import BadEvent, BadRequest, ErrorCode
from arena.core.game import ClockSpec, GameSpec
from arena.core.options import file_value, read_file
from arena.core.seed import Seed
from arena.core.values import AgentName
from arena.match.requests import reported_error
from arena.tournament.director import Director
from arena.tournament.files import load, parse, read
from arena.tournament.formats.round_robin import RoundRobin
from arena.tournament.schedule import Entrant, Pairing

EVENTS = sorted((Path(__file__).parent.parent.parent / "tournaments").glob("*.toml"))
HEAD = 'name = "test"\n[game]\nid = "fake/duel"\n'
TWO = '[[entrants]]\nname = "a"\nspec = "random"\n[[entrants]]\nname = "b"\nspec = "first"\n'
REMOTE = '[[entrants]]\nname = "far"\nremote = true\n'
ROBIN = '[format]\nkind = "round robin"\n'
GOOD = HEAD + ROBIN + TWO


def spec(seats: int = 2, teams: tuple[str, ...] = (), *, open_hands: bool = False, scored: bool = False) -> GameSpec:
    return GameSpec(
        id="fake/duel",
        version="1.0.0",
        seats=seats,
        summary="",
        brief="",
        fields=(),
        teams=teams,
        perfect_information=open_hands,
        scored=scored,
    )


def numbered(count: int) -> str:
    return "".join(f'[[entrants]]\nname = "a{i}"\nspec = "random"\n' for i in range(count))


@pytest.mark.parametrize("path", EVENTS, ids=lambda path: path.stem)
def test_every_event_that_comes_with_the_arena_can_be_read(path: Path) -> None:
    event = load(path)
    assert len(event.entrants) >= 2 or event.open
    assert path.read_text().startswith("# ")


def test_the_example_with_every_key_spells_out_the_defaults() -> None:
    event = load(next(path for path in EVENTS if path.stem == "kuhn_poker_round_robin"))
    assert isinstance(event.format, RoundRobin)
    assert (event.sets.deals, event.sets.seed, event.sets.public_seeds) == (100, 1, True)
    assert event.clock(spec()) == ClockSpec(decision=5.0, bank=10.0, match=600.0)
    plain = parse(GOOD)
    assert (event.sets.per_pairing, event.same_owner) == (plain.sets.per_pairing, plain.same_owner)
    assert (
        (event.faults.show_up_seconds, event.faults.withdraw_after)
        == (60.0, 2)
        == (
            plain.faults.show_up_seconds,
            plain.faults.withdraw_after,
        )
    )
    assert plain.clock(spec()) == ClockSpec()


BAD = {
    "no toml": ("name = ", "this is not TOML"),
    "no name": ("[game]\n", "the file lacks 'name'"),
    "empty name": ('name = ""\n' + ROBIN + TWO, "name = '' is not a text"),
    "no game": ('name = "x"\n' + ROBIN + TWO, "[game] lacks 'id'"),
    "game no table": ('name = "x"\ngame = "fake/duel"\n', "game = 'fake/duel' is not a table, as [game]"),
    "misspelt table": (GOOD + "[fault]\nwithdraw_after = 2\n", "no key 'fault'; did you mean 'faults'?"),
    "misspelt key": (GOOD + "[sets]\ndeal = 2\n", "[sets] has no key 'deal'; did you mean 'deals'?"),
    "far off key": (GOOD + "[stop]\nzzz = 2\n", "[stop] has no key 'zzz'; there is seconds, sets, width"),
    "misspelt format": (HEAD + '[format]\nkind = "swis"\n' + TWO, "did you mean 'swiss'?"),
    "no format": (HEAD + TWO, "[format] lacks 'kind'"),
    "key of another format": (HEAD + ROBIN + "third_place = true\n" + TWO, "[format] has no key 'third_place'"),
    "no entrant": (HEAD + ROBIN, "there is no entrant"),
    "one entrant": (HEAD + ROBIN + REMOTE, "there is 1 entrant; an event needs two or more"),
    "duplicate name": (GOOD + '[[entrants]]\nname = "a"\nremote = true\n', "the name a stands 2 times"),
    "entrants no list": (HEAD + ROBIN + '[entrants]\nname = "a"\n', "is not a list of tables, each as [[entrants]]"),
    "entrant without a source": (GOOD + '[[entrants]]\nname = "c"\n', 'c needs either spec = "AGENT" or remote = true'),
    "entrant with two sources": (GOOD + REMOTE + 'spec = "random"\n', "and not both"),
    "entrant's name": (
        GOOD + '[[entrants]]\nname = "two words"\nremote = true\n',
        "'two words' is not 1 to 64 letters",
    ),
    "entrant's key": (GOOD + REMOTE + "frosen = true\n", "[[entrants]] 3 has no key 'frosen'; did you mean 'frozen'?"),
    "duplicate seeding": (
        GOOD.replace('"random"', '"random"\nseeding = 1') + REMOTE + "seeding = 1\n",
        "the seeding 1",
    ),
    "seeding of nothing": (GOOD + REMOTE + "seeding = 0\n", "seeding = 0 is not a whole number from 1 to"),
    "one owner": (GOOD + REMOTE + 'owner = "a"\n', "a and far are both of owner a"),
    "no rating": ("ratings = []\n" + GOOD, "ratings: name one system or more"),
    "unknown rating": ('ratings = ["elu"]\n' + GOOD, "ratings: 'elu' is unknown; did you mean 'elo'?"),
    "rating twice": ('ratings = ["elo", "elo"]\n' + GOOD, "ratings names 'elo' twice"),
    "ratings no list": ('ratings = "elo"\n' + GOOD, "ratings = 'elo' is not a list of texts"),
    "places": (GOOD.replace('"fake/duel"', '"fake/duel"\nplaces = "chairs"'), "places = 'chairs' is unknown"),
    "no deals": (GOOD + "[sets]\ndeals = 0\n", "deals = 0 is not a whole number from 1 to 100000"),
    "flag as number": (GOOD + "[sets]\nduplicate = 1\n", "duplicate = 1 is not true or false"),
    "number as flag": (GOOD + "[sets]\ndeals = true\n", "deals = true is not a whole number"),
    "huge number": (GOOD + f"[sets]\nseed = {10**30}\n", "is not a whole number from 0 to 9007199254740991"),
    "clock": (GOOD + "[sets.clock]\ndecision = 0\n", "decision = 0 is not a number above 0"),
    "clock of nan": (GOOD + "[sets.clock]\nbank = nan\n", "bank = nan is not a number above 0"),
    "public without seed": (GOOD + "[sets]\npublic_seeds = true\n", "public_seeds = true needs a seed"),
    "secret seed": (GOOD + REMOTE + "[sets]\nseed = 1\n", "remote agents could foretell every deal"),
    "width": (GOOD + "[stop]\nwidth = 2\n", "width = 2 is not a number above 0 and below 1"),
    "open for ever": (GOOD + "[open]\n", "[open]: say how many entrants it takes, or for how many seconds"),
    "open for one": (GOOD + "[open]\nentrants = 1\n", "entrants = 1 is not a whole number from 2 to 1000"),
    "open for too many": (GOOD + "[open]\nentrants = 1001\n", "entrants = 1001 is not a whole number from 2 to 1000"),
    "open and full": (GOOD + "[open]\nentrants = 2\n", "2 entrants stand in the file already, so that entrants = 2"),
    "open with a key": (GOOD + "[open]\nentrant = 4\n", "[open] has no key 'entrant'; did you mean 'entrants'?"),
    "open with a secret seed": (GOOD + "[open]\nentrants = 3\n[sets]\nseed = 1\n", "foretell every deal"),
    "endless": (HEAD + '[format]\nkind = "ladder"\n' + TWO, "a ladder goes on for ever; say in [stop]"),
    "gauntlet of nobody": (HEAD + '[format]\nkind = "gauntlet"\n' + TWO, "a gauntlet needs challengers"),
    "nested": ("x = " + "[" * 5_000 + "]" * 5_000, "nested too deep"),
    "long text": (GOOD.replace('"test"', f'"{"x" * 501}"'), "...  is not a text of one line".replace("  ", " ")),
    "text with controls": (GOOD.replace('"test"', '"a\\u001b[2J"'), "name = 'a\\x1b[2J' is not a text of one line"),
    "date": (GOOD.replace('"fake/duel"', '"fake/duel"\noptions = { day = 2026-01-01 }'), "options.'day' holds a date"),
    "option of nan": (
        GOOD.replace('"fake/duel"', '"fake/duel"\noptions = { x = [nan] }'),
        "options.'x' holds a date, NaN",
    ),
    "crowd": (
        HEAD + ROBIN + "".join(f'[[entrants]]\nname = "a{i}"\nspec = "x"\n' for i in range(1001)),
        "at most 1000",
    ),
    "league of nobody": (HEAD + '[format]\nkind = "league"\n' + TWO, "a league needs learners"),
    "sampling rule": (HEAD + '[format]\nkind = "league"\nsampling = "pfsp"\n' + TWO, "sampling = 'pfsp' is unknown"),
    "setting of another rule": (
        HEAD + '[format]\nkind = "league"\nlearners = ["a"]\nshare = 0.5\n' + TWO,
        'share is a setting of sampling = "delta-uniform"',
    ),
    "sprt hypotheses": (HEAD + '[format]\nkind = "sprt"\nelo0 = 9\nelo1 = 1\n' + TWO, "elo0 must be below elo1"),
    "sprt error rate": (
        HEAD + '[format]\nkind = "sprt"\nalpha = 0.7\n' + TWO,
        "alpha = 0.7 is not a number above 0 and",
    ),
    "sprt model": (HEAD + '[format]\nkind = "sprt"\nmodel = "x"\n' + TWO, "there is normalized, logistic"),
}


@pytest.mark.parametrize(("text", "sentence"), BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_with_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(BadEvent) as caught:
        parse(text)
    message = str(caught.value)
    assert sentence in message
    assert "\n" not in message
    assert caught.value.code is ErrorCode.BAD_REQUEST


def with_format(lines: str, count: int) -> str:
    return HEAD + f"[format]\n{lines}\n[stop]\nsets = 9\n" + numbered(count)


UNFIT = {
    "swiss of seven": (with_format('kind = "swiss"', 8), spec(7), "a swiss needs a game of two sides"),
    "swiss by score": (with_format('kind = "swiss"', 8), spec(scored=True), "ranked by score"),
    "too many rounds": (with_format('kind = "swiss"\nrounds = 4', 6), spec(), "at most 3 swiss rounds"),
    "knockout of three": (with_format('kind = "single elimination"', 8), spec(3), "needs a game of two sides"),
    "double knockout": (with_format('kind = "double elimination"', 8), spec(1), "needs a game of two sides"),
    "third place of three": (
        with_format('kind = "single elimination"\nthird_place = true', 3),
        spec(),
        "third_place needs four entrants",
    ),
    "sprt of three": (with_format('kind = "sprt"', 3), spec(), "an sprt takes two entrants, not 3"),
    "too few for a match": (
        with_format('kind = "round robin"', 3),
        spec(7),
        "takes 7 agents, and there are 3 entrants",
    ),
    "cycles of groups": (with_format('kind = "round robin"\ncycles = 2', 8), spec(7), "cycles is for duels"),
    "ladder alone": (with_format('kind = "ladder"', 3), spec(1), "a ladder needs a game of two agents or more"),
    "gauntlet alone": (with_format('kind = "gauntlet"\nchallengers = ["a0"]', 3), spec(1), "use a round robin"),
    "strange challenger": (
        with_format('kind = "gauntlet"\nchallengers = ["a9"]', 3),
        spec(),
        "challenger 'a9' is no entrant; there is a0, a1, a2",
    ),
    "strange learner": (
        with_format('kind = "league"\nlearners = ["main"]', 3),
        spec(),
        "learner 'main' is no entrant; there is a0, a1, a2",
    ),
    "league alone": (with_format('kind = "league"\nlearners = ["a0"]', 3), spec(1), "a league needs a game of two"),
    "self-play alone": (with_format('kind = "round robin"\nself_play = true', 3), spec(1), "self_play needs a game"),
    "a life's work": (with_format('kind = "round robin"\ncycles = 1000000', 3), spec(), "this would be 3000000 sets"),
    "a long gauntlet": (
        with_format('kind = "gauntlet"\nchallengers = ["a0"]\nrounds = 1000000', 3),
        spec(),
        "this would be 2000000 sets",
    ),
    "only challengers": (
        with_format('kind = "gauntlet"\nchallengers = ["a0", "a1"]', 2),
        spec(),
        "a gauntlet needs 1 or more entrants that are no challengers",
    ),
    "seats without teams": (
        with_format('kind = "round robin"', 2).replace('duel"', 'duel"\nplaces = "seats"'),
        spec(),
        'places = "seats" is for games of teams',
    ),
    "shared hidden deals": (
        GOOD + REMOTE + "[sets]\nduplicate = true\n",
        spec(),
        "duplicate = true lets remote agents see both hands",
    ),
}


@pytest.mark.parametrize(("text", "game", "sentence"), UNFIT.values(), ids=UNFIT)
def test_an_event_that_does_not_fit_its_game_is_refused(text: str, game: GameSpec, sentence: str) -> None:
    event = parse(text)
    with pytest.raises(BadEvent) as caught:
        event.check(game)
    assert sentence in str(caught.value)


def test_a_width_of_scores_is_refused() -> None:
    event = parse(GOOD + "[stop]\nwidth = 0.1\n")
    with pytest.raises(BadEvent, match="width is a share of sets"):
        Director(event, spec(scored=True))


def test_the_message_names_the_file_and_not_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "event.toml"
    with pytest.raises(BadEvent) as missing:
        load(path)
    path.write_bytes(b"\xff")
    with pytest.raises(BadEvent) as garbled:
        load(path)
    path.write_text("nmae = 'x'")
    with pytest.raises(BadEvent) as bad:
        load(path)
    assert [str(e.value).split(" ")[0].rstrip(":") for e in (missing, garbled, bad)] == ["event.toml"] * 3
    assert str(tmp_path) not in str(missing.value)


def test_the_digest_follows_the_meaning_and_not_the_wording() -> None:
    first = parse(GOOD)
    reworded = parse("# a comment\n" + GOOD.replace("[format]", "[sets]\nper_pairing = 1\n[format]"))
    assert first.digest == reworded.digest
    changed = [GOOD + "[sets]\ndeals = 3\n", GOOD.replace('"first"', '"null"'), GOOD.replace("fake/duel", "fake/duet")]
    assert len({first.digest, *(parse(text).digest for text in changed)}) == 4


def test_deals_are_shared_only_where_nobody_profits_or_somebody_vouches() -> None:
    local, remote = parse(GOOD), parse(GOOD + REMOTE)
    vouched = parse(GOOD + REMOTE + "[sets]\ntrusted = true\n")
    declined = parse(GOOD + "[sets]\nduplicate = false\n")
    assert local.shares_deals(spec())
    assert not remote.shares_deals(spec())
    assert remote.shares_deals(spec(open_hands=True))
    assert vouched.shares_deals(spec())
    assert not declined.shares_deals(spec())


def test_secret_deals_follow_the_secret_and_public_ones_the_seed() -> None:
    pairing = Pairing(round=1, number=1, entrants=())
    again = Pairing(round=1, number=2, entrants=())
    secret, public = parse(GOOD), parse(GOOD + "[sets]\nseed = 4\npublic_seeds = true\n")
    assert secret.deal_seeds(pairing, b"k")(0, 0) == secret.deal_seeds(pairing, b"k")(0, 0)
    assert secret.deal_seeds(pairing, b"k")(0, 0) != secret.deal_seeds(pairing, b"j")(0, 0)
    assert public.deal_seeds(pairing, b"k")(0, 0) == public.deal_seeds(pairing, b"j")(0, 0)
    drawn: set[Seed] = {
        event.deal_seeds(one, b"k")(deal, turn)
        for event in (secret, public)
        for one in (pairing, again)
        for deal in (0, 1)
        for turn in (0, 1)
    }
    assert len(drawn) == 16


def test_teams_take_an_agent_a_side_or_an_agent_a_seat() -> None:
    game = spec(7, ("wolves", "village"))
    assert parse(GOOD).field(game).places == 2
    seats = parse(GOOD.replace('"fake/duel"', '"fake/duel"\nplaces = "seats"')).field(game)
    assert (seats.places, seats.shared) == (7, True)


def test_entrants_stand_by_seeding_and_then_as_in_the_file() -> None:
    text = HEAD + ROBIN + numbered(4).replace('"a2"', '"a2"\nseeding = 1').replace('"a1"', '"a1"\nseeding = 2')
    assert parse(text).field(spec()).names == ("a2", "a1", "a0", "a3")


def test_a_refusal_that_a_worker_reports_is_not_taken_for_a_bad_event() -> None:
    assert type(reported_error(ErrorCode.BAD_REQUEST, "no")) is BadRequest


def test_an_open_event_is_checked_as_if_it_were_full_and_shares_no_hidden_deal() -> None:
    event = parse(HEAD + ROBIN + "[open]\nentrants = 6\n")
    assert (event.entrants, event.remote) == ((), True)
    assert len(event.imagined(spec()).entrants) == 6
    assert not event.shares_deals(spec())
    assert len(parse(HEAD + ROBIN + "[open]\nseconds = 9\n").imagined(spec(seats=5)).entrants) == 5
    entered = event.filled([Entrant(name=AgentName("late"), owner="ann")])
    assert [one.name for one in entered.entrants] == ["late"]
    assert entered.digest != event.digest != parse(HEAD + ROBIN + "[open]\nentrants = 7\n").digest


def test_the_digest_of_a_file_does_not_depend_on_what_only_servers_know() -> None:
    named = GOOD.replace('spec = "random"', 'spec = "random"\nowner = "a"')
    assert parse(GOOD).digest == parse(named).digest
    assert "open" not in parse(GOOD).as_json()


def test_files_of_options_are_read_beside_the_event_and_carried_with_its_text(tmp_path: Path) -> None:
    (tmp_path / "seen").mkdir()
    (tmp_path / "seen" / "one.txt").write_text('Wörter "in" \\ quotes\x7f\n', encoding="utf-8")
    (tmp_path / "alone.txt").write_text("alone")
    options = '[game.options]\nteams = { file = "seen" }\nother = { file = "alone.txt" }\n'
    file = tmp_path / "event.toml"
    file.write_text(GOOD.replace(ROBIN, options + ROBIN))
    event, carried = load(file), read(file)
    assert event.options["teams"] == file_value(read_file(tmp_path / "seen"))
    assert event.options["other"] == file_value("alone")
    for path in (*tmp_path.glob("seen/*"), tmp_path / "alone.txt"):
        path.write_text("changed since")
    assert parse(carried) == event
    assert load(file).digest != event.digest


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ('teams = { file = "none" }', r"event\.toml: \[game.options\]: 'none' is no readable UTF-8 file or folder"),
        ("[files]\nx = 1", r"has no table \[files\]"),
    ],
)
def test_file_that_cannot_be_read_is_told(tmp_path: Path, options: str, said: str) -> None:
    file = tmp_path / "event.toml"
    file.write_text(GOOD.replace(ROBIN, f"[game.options]\n{options}\n{ROBIN}"))
    with pytest.raises(BadEvent, match=said):
        load(file)


def test_file_that_did_not_come_with_the_text_is_told() -> None:
    with pytest.raises(BadEvent, match=r"the file .*seen.* is not with the event"):
        parse(GOOD.replace(ROBIN, '[game.options]\nteams = { file = "seen" }\n' + ROBIN))
