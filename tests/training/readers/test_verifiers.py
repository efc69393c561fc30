"""verifiers' own store and traces, of episodes that were exported for them."""

import numpy
import pytest

pytestmark = [pytest.mark.formats, pytest.mark.timeout(400)]


@pytest.fixture
def traces(of_model):
    """Of each seat that the model played, the one trace."""
    from verifiers.v1.trace import WireTrace
    from verifiers.v1.utils.trace_store import read_episodes

    return [trace for one in read_episodes(of_model("verifiers") / "train-00000", WireTrace) for trace in one.traces]


def test_a_branch_is_a_sample_with_the_tokens_of_one_answer(traces, sampled):
    branches = [branch for trace in traces for branch in trace.branches]
    for branch, (seat, turn) in zip(branches, sampled, strict=True):
        prompt, completion = turn["prompt_token_ids"], turn["completion_token_ids"]
        assert branch.trainable
        assert branch.token_ids == prompt + completion
        assert branch.sampled_mask == [False] * len(prompt) + [True] * len(completion)
        assert branch.logprobs[: len(prompt)] == [0.0] * len(prompt)
        numpy.testing.assert_allclose(branch.logprobs[len(prompt) :], turn["logprobs"], rtol=1e-6)
        told = [{"role": message.role, "content": message.content} for message in branch.messages]
        assert told == seat["messages"][: turn["message"] + 1]


def test_traces_are_of_the_version_that_reads_them(traces):
    import verifiers
    from verifiers.v1.trace import TRACE_VERSION

    assert {trace.version for trace in traces} == {TRACE_VERSION}
    assert {trace.verifiers.version for trace in traces} == {verifiers.__version__}


def test_a_trace_is_scored_by_what_its_seat_earned(traces, sampled):
    seats = {seat["match_id"]: seat for seat, _ in sampled}
    assert len(traces) == len(seats) == 2
    for trace, seat in zip(traces, seats.values(), strict=True):
        assert trace.reward == seat["return"]
        assert trace.agent.name == seat["agent"]
        assert trace.num_turns == len(seat["turns"])
        assert (trace.is_completed, trace.has_error, trace.is_truncated) == (True, False, False)
        assert trace.task.data.model_dump()["ruleset"] == seat["ruleset"]


def test_what_its_store_writes_of_them_reads_the_same(traces, tmp_path):
    from verifiers.v1.episode import EnvInfo, Episode
    from verifiers.v1.trace import WireTrace
    from verifiers.v1.utils.trace_store import read_episodes, write_episode

    for trace in traces:
        write_episode(tmp_path, Episode(env=EnvInfo(id="any"), task=trace.task, traces=[trace], ok=trace.ok))
    again = [one.traces[0] for one in read_episodes(tmp_path, WireTrace)]
    assert [each.to_record() for each in again] == [each.to_record() for each in traces]
