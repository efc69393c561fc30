"""`arena sprt`: verdicts in the documented shape, and one sentence for what cannot be tested."""

import pytest

PAIRS = ("sprt", "--pentanomial", "365,16618,36029,200,16974,390", "--elo0", 0, "--elo1", 2)
MATCHES = ("sprt", "--trinomial", "36433,36027,68692", "--elo0", 0, "--elo1", 2)


def test_a_verdict_has_the_documented_shape(cli):
    found = cli(*PAIRS, "--json").json
    assert list(found) == ["llr", "lower", "upper", "decision", "elo", "elo_error"]
    assert found["llr"] == pytest.approx(2.25, abs=0.005)
    assert (found["lower"], found["upper"]) == pytest.approx((-2.9444, 2.9444), abs=1e-4)
    assert found["decision"] == "continue"
    assert (found["elo"], found["elo_error"]) == pytest.approx((1.0, 0.92), abs=0.01)


def test_single_matches_are_counted_as_won_lost_drawn(cli):
    assert cli(*MATCHES, "--json").json["llr"] == pytest.approx(0.92, abs=0.005)


def test_the_logistic_model_is_the_reference_value(cli):
    pairs = ("--pentanomial", "871,26175,55003,980,26678,821", "--elo0", 0, "--elo1", 2)
    found = cli("sprt", *pairs, "--model", "logistic", "--json").json
    assert found["llr"] == pytest.approx(-4.98, abs=0.005)
    assert found["decision"] == "accept-h0"


def test_a_winner_is_accepted_and_negative_hypotheses_are_read(cli):
    found = cli("sprt", "--trinomial", "300,100,50", "--elo0", -10, "--elo1", 20, "--json").json
    assert found["decision"] == "accept-h1"


def test_a_verdict_reads_as_text(cli):
    done = cli(*PAIRS)
    assert done.code == 0
    assert done.out.splitlines()[0] == "continue: LLR 2.25 of -2.94 to 2.94"


ELO = ("--elo0", 0, "--elo1", 2)
REFUSED = {
    "no counts": (ELO, "give either --pentanomial"),
    "both counts": (("--trinomial", "1,1,1", "--pentanomial", "1,1,1,1,1,1", *ELO), "give either --pentanomial"),
    "too few": (("--trinomial", "1,1", *ELO), "--trinomial takes 3 whole numbers"),
    "five of six": (("--pentanomial", "1,1,1,1,1", *ELO), "--pentanomial takes 6 whole numbers"),
    "negative": (("--trinomial", "1,-1,1", *ELO), "--trinomial takes 3 whole numbers"),
    "fraction": (("--trinomial", "1,0.5,1", *ELO), "--trinomial takes 3 whole numbers"),
    "none at all": (("--trinomial", "0,0,0", *ELO), "counts no result at all"),
    "huge": (("--trinomial", "9999999999999999,0,0", *ELO), "their sum must be 1 to"),
    "more than are exact": (("--trinomial", "1000000000,1,0", *ELO), "their sum must be 1 to 1000000000"),
    "unknown model": (("--trinomial", "1,1,1", *ELO, "--model", "bayesian"), "there is logistic and normalized"),
    "turned around": (("--trinomial", "1,1,1", "--elo0", 2, "--elo1", 0), "elo0 must be below elo1"),
    "not a number": (("--trinomial", "1,1,1", "--elo0", "nan", "--elo1", 0), "elo0 must be below elo1"),
    "no chance": (("--trinomial", "1,1,1", *ELO, "--alpha", 0), "alpha and beta are chances of an error"),
    "hardly a chance": (("--trinomial", "1,1,1", *ELO, "--alpha", "1e-320"), "each must be 1e-12 to below 0.5"),
}


@pytest.mark.parametrize(("args", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_tested_is_refused_with_one_sentence(cli, args, sentence):
    assert sentence in cli("sprt", *args).refusal()


def test_hypotheses_must_be_given(cli):
    assert "--elo0" in cli("sprt", "--trinomial", "1,1,1").refusal(code=2)
