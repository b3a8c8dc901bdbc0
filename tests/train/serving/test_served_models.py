"""The packaged small model served for real, with adapters chosen by each request, through the official client."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from advisor.errors import AdvisorError
from advisor.train.jobs import JobStore
from advisor.train.serving.server import ServeOptions, build_server

pytest.importorskip("xllamacpp")
openai = pytest.importorskip("openai")

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
QUESTION = [{"role": "user", "content": "Say hello."}]


@pytest.fixture
def served(running, store: JobStore):
    """Serve targets and give the official client for them."""

    @contextmanager
    def serve(targets: list[str], options: ServeOptions) -> Iterator[openai.OpenAI]:
        app, _ = build_server(targets, options, store)
        with running(app) as address:
            yield openai.OpenAI(base_url=f"{address}/v1", api_key="none", max_retries=0)

    return serve


def answer(client: openai.OpenAI, model: str, **options) -> str:
    made = client.chat.completions.create(
        model=model, messages=QUESTION, max_tokens=12, temperature=0, **options
    )
    assert made.model == model
    return str(made.choices[0].message.content)


def test_several_adapters_on_one_base_are_chosen_by_the_request(make_adapter, served) -> None:
    targets = [str(make_adapter(name, seed=seed)) for seed, name in enumerate(("one", "two"))]
    with served(targets, ServeOptions(context=512)) as client:
        assert [model.id for model in client.models.list()] == ["one", "two", "base"]
        answers = {name: answer(client, name) for name in ("base", "one", "two")}
        assert len(set(answers.values())) == 3
        # asked again in another order, each still answers as itself: no cache of another adapter is reused
        assert {name: answer(client, name) for name in ("two", "base", "one")} == answers


def test_a_stream_says_the_same_as_a_whole_answer(make_adapter, served) -> None:
    with served([str(make_adapter("one"))], ServeOptions(context=512)) as client:
        whole = answer(client, "one")
        parts = list(
            client.chat.completions.create(
                model="one", messages=QUESTION, max_tokens=12, temperature=0, stream=True
            )
        )
        assert {part.model for part in parts} == {"one"}
        assert "".join(part.choices[0].delta.content or "" for part in parts if part.choices) == whole


def test_a_merged_model_answers_as_its_adapter_does_on_the_base_in_full_precision(
    make_adapter, served, store, tmp_path
) -> None:
    from advisor.train.serving.gguf_files import write_merged_gguf
    from advisor.train.serving.served import find_served, merged_file
    from advisor.train.trainer.dequantise import packaged_gguf

    adapter = make_adapter("one", strength=0.1)
    silent = make_adapter("silent", strength=0.0)
    base = write_merged_gguf(silent, packaged_gguf(), tmp_path / "base-f32.gguf", precision="f32")
    merged_file(find_served(str(adapter), store), base, "f32").rename(tmp_path / "merged-f32.gguf")
    with served([str(adapter)], ServeOptions(context=512, base_gguf=base)) as client:
        on_base = answer(client, "one", logprobs=True)
    options = ServeOptions(context=512, base_gguf=tmp_path / "merged-f32.gguf")
    with served([str(silent)], options) as client:
        assert answer(client, "base") == on_base


def test_names_that_clash_and_merging_two_are_refused(make_adapter, store: JobStore) -> None:
    one = str(make_adapter("one"))
    with pytest.raises(AdvisorError, match="is taken"):
        build_server([one, one], ServeOptions(), store)
    with pytest.raises(AdvisorError, match="only one adapter"):
        build_server([one, f"two={one}"], ServeOptions(merged=True), store)
