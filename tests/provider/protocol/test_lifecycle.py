# ruff: noqa: A001
from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

import grpc
import grpc.aio
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, plugin_pb2, provider_pb2

from pulumi_resource_railway.errors import UserError
from pulumi_resource_railway.values import UNKNOWN, Secret, from_struct, to_struct
from pulumi_resource_railway.version import VERSION
from tests.provider.protocol.client import init_failure, urn

if TYPE_CHECKING:
    from tests.provider.protocol.client import Client, Engine
    from tests.provider.protocol.fakes import Store

pytestmark = pytest.mark.anyio

GIVEN: dict[str, Any] = {"shelfId": "s", "size": 3, "variables": {"A_PASSWORD": "hunter22", "B": Secret("b")}}


async def checked(provider: Client, given: dict[str, Any] = GIVEN) -> dict[str, Any]:
    inputs, failures = await provider.check(given)
    assert failures == []
    return inputs


async def test_a_whole_life(provider: Client, store: Store) -> None:
    inputs = await checked(provider)
    id, state = await provider.create(inputs)
    assert id == "box-1"
    assert state == {
        **inputs,
        "label": "crate!",
        "serial": 1,
        "key": Secret("key-of-box-1"),
        "tags": [],
        "mounts": [],
    }
    assert await provider.read(id, inputs, state) == (id, inputs, state)

    changed = await checked(provider, {**GIVEN, "size": 4})
    state = await provider.update(inputs, state, changed)
    assert state["size"] == 4
    assert state["variables"] == {"A_PASSWORD": Secret("hunter22"), "B": Secret("b")}

    await provider.delete(id, state)
    assert store.boxes == {}
    assert await provider.read(id, changed, state) == ("", {}, {})


async def test_an_import_marks_secrets_and_takes_the_plain_id(provider: Client, store: Store) -> None:
    store.boxes["box-7"] = {"shelfId": "s", "name": "n", "variables": {"A_TOKEN": "t0ken", "B": "b"}}
    id, inputs, state = await provider.read("s/box-7")
    assert id == "box-7"
    assert inputs["variables"] == state["variables"] == {"A_TOKEN": Secret("t0ken"), "B": "b"}


async def test_what_the_engine_sends_as_a_secret_shows_in_nobodys_log(provider: Client, store: Store) -> None:
    inputs = await checked(provider, {"shelfId": "s", "variables": {"NOTE": Secret("not by its look")}})
    await provider.diff(inputs, {**inputs, "variables": {"NOTE": Secret("of a comparison")}})
    await provider.create(await checked(provider, {"shelfId": "s"}), name="another")
    assert store.redact("not by its look, of a comparison") == "*****, *****"


async def test_a_drifted_secret_stays_one(provider: Client, store: Store) -> None:
    inputs = await checked(provider, {"shelfId": "s", "variables": {"B": Secret("b")}})
    id, state = await provider.create(inputs)
    store.boxes[id]["variables"] = {"B": "changed", "C": "new"}
    _, live, state = await provider.read(id, inputs, state)
    assert live["variables"] == state["variables"] == {"B": Secret("changed"), "C": "new"}


class TestPreview:
    async def test_a_creation_has_no_id_and_echoes_its_inputs(self, provider: Client, store: Store) -> None:
        inputs = await checked(provider, {**GIVEN, "shelfId": UNKNOWN})
        id, state = await provider.create(inputs, preview=True)
        assert id == ""
        assert state == {
            **inputs,
            "label": UNKNOWN,
            "serial": UNKNOWN,
            "key": Secret(UNKNOWN),
            "tags": [],
            "mounts": [],
        }
        assert store.calls == []
        assert provider.opened == []

    async def test_an_update_knows_what_stays(self, provider: Client, store: Store) -> None:
        inputs = await checked(provider)
        _, state = await provider.create(inputs)
        store.calls.clear()
        new = await checked(provider, {**GIVEN, "size": UNKNOWN})
        assert await provider.update(inputs, state, new, preview=True) == {**state, "size": UNKNOWN}
        new = await checked(provider, {**GIVEN, "name": "other"})
        outputs = await provider.update(inputs, state, new, preview=True)
        assert outputs == {**state, "name": "other", "label": UNKNOWN}
        assert store.calls == []


class TestFailure:
    async def test_a_users_mistake_is_one_clean_sentence(self, provider: Client, store: Store) -> None:
        store.failures.append(UserError("Railway says no to hunter22; ask again."))
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await provider.create(await checked(provider))
        assert caught.value.code() == grpc.StatusCode.FAILED_PRECONDITION
        assert caught.value.details() == "Railway says no to *****; ask again."
        assert init_failure(caught.value) is None

    async def test_a_defect_says_so(self, provider: Client, store: Store) -> None:
        store.failures.append(KeyError("hunter22"))
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await provider.create(await checked(provider))
        assert caught.value.code() == grpc.StatusCode.INTERNAL
        details = caught.value.details() or ""
        assert details.startswith("This is a defect of the Railway provider, not of your program")
        assert "Traceback" in details
        assert "hunter22" not in details

    async def test_a_half_made_resource_keeps_its_state(self, provider: Client, store: Store) -> None:
        store.failures.append(UserError("partial"))
        inputs = await checked(provider)
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await provider.create(inputs)
        detail = init_failure(caught.value)
        assert detail is not None
        assert detail.id == "box-1"
        assert list(detail.reasons) == ["the lid doesn't close"]
        state = from_struct(detail.properties)
        assert state["variables"] == {"A_PASSWORD": Secret("hunter22"), "B": Secret("b")}
        assert state["key"] == Secret("key-of-box-1")
        assert caught.value.details() == "the lid doesn't close"

    async def test_a_half_made_update_keeps_its_state(self, provider: Client, store: Store) -> None:
        inputs = await checked(provider)
        _, state = await provider.create(inputs)
        store.failures.append(UserError("partial"))
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await provider.update(inputs, state, await checked(provider, {**GIVEN, "size": 9}))
        detail = init_failure(caught.value)
        assert detail is not None
        assert from_struct(detail.properties)["size"] == 9

    async def test_an_incomplete_record_can_be_updated_and_deleted(
        self, provider: Client, store: Store
    ) -> None:
        inputs = await checked(provider)
        incomplete = {name: value for name, value in inputs.items() if name not in {"fragile", "name"}}
        state = await provider.update(inputs, {**incomplete, "of": "another version"}, inputs)
        assert state["serial"] == 1
        await provider.delete("box-1", incomplete)
        assert store.calls == ["update", "delete"]

    async def test_an_unreadable_record_asks_for_a_refresh(self, provider: Client) -> None:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await provider.delete("box-1", {"shelfId": 3, "size": "canary-2718"})
        assert "pulumi refresh" in (caught.value.details() or "")
        assert "canary-2718" not in (caught.value.details() or "")

    async def test_an_asset_is_refused(self, provider: Client) -> None:
        news = to_struct({"shelfId": "s", "size": {}})
        news.fields["size"].struct_value.fields[
            "4dabf18193072939515e22adb298388d"
        ].string_value = "c44067f5952c0a294b673a41bacd8c17"
        with pytest.raises(grpc.aio.AioRpcError, match="size is an asset"):
            await provider.stub.Check(provider_pb2.CheckRequest(urn=urn(), news=news))

    async def test_an_unknown_type_is_refused(self, provider: Client) -> None:
        with pytest.raises(grpc.aio.AioRpcError, match="has no resource railway:index:Rocket"):
            await provider.stub.Check(
                provider_pb2.CheckRequest(urn="urn:pulumi:t::p::railway:index:Rocket::r", news=to_struct({}))
            )

    async def test_a_late_operation_is_ended(self, provider: Client, store: Store, monkeypatch: Any) -> None:
        monkeypatch.setattr("pulumi_resource_railway.operations.DEADLINE_MARGIN_SECONDS", 0.0)
        store.delay = 60
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await provider.create(await checked(provider), seconds=0.1)
        detail = init_failure(caught.value)
        assert detail is not None
        assert list(detail.reasons) == ["interrupted while packing"]


class TestCancellation:
    async def test_everything_ends_within_a_second(self, provider: Client, store: Store) -> None:
        store.delay = 60
        inputs = await checked(provider)
        running = [
            asyncio.create_task(provider.create(inputs, name=f"crate-{number}")) for number in range(50)
        ]
        await store.started.wait()
        began = time.monotonic()
        await provider.cancel()
        outcomes = await asyncio.gather(*running, return_exceptions=True)
        assert time.monotonic() - began < 10  # a busy machine; uncancelled, they would wait for minutes
        assert all(isinstance(outcome, grpc.aio.AioRpcError) for outcome in outcomes)

    async def test_what_exists_by_then_is_kept(self, provider: Client, store: Store) -> None:
        store.delay = 60
        running = asyncio.create_task(provider.create(await checked(provider)))
        await store.started.wait()
        await provider.cancel()
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await running
        detail = init_failure(caught.value)
        assert detail is not None
        assert detail.id == "box-1"

    async def test_later_calls_end_at_once(self, provider: Client, store: Store) -> None:
        inputs = await checked(provider)
        await provider.cancel()
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await provider.create(inputs)
        assert caught.value.code() == grpc.StatusCode.CANCELLED
        assert store.calls == []

    async def test_a_call_that_the_engine_drops_is_cancelled(self, provider: Client, store: Store) -> None:
        store.delay = 60
        running = asyncio.create_task(provider.create(await checked(provider)))
        await store.started.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running


async def test_hundreds_of_calls_at_once_share_one_session(provider: Client, store: Store) -> None:
    store.delay = 0.05
    inputs = await checked(provider)
    began = time.monotonic()
    made = await asyncio.gather(*(provider.create(inputs, name=f"crate-{number}") for number in range(300)))
    assert len({id for id, _ in made}) == 300
    assert time.monotonic() - began < 10
    assert len(provider.opened) == 1


class TestPlugin:
    async def test_handshake(self, provider: Client, engine: Engine) -> None:
        answer = await provider.stub.Handshake(
            provider_pb2.ProviderHandshakeRequest(engine_address=engine.address, configure_with_urn=True)
        )
        assert answer.accept_secrets
        assert answer.supports_autonaming_configuration
        assert not answer.accept_outputs
        assert not answer.accept_resources

    async def test_status_goes_to_the_engine_beside_its_resource(
        self, provider: Client, engine: Engine
    ) -> None:
        await provider.stub.Attach(plugin_pb2.PluginAttach(address=engine.address))
        await provider.create(await checked(provider))
        assert [(line.message, line.urn, line.ephemeral, line.severity) for line in engine.messages] == [
            ("packing", urn(), True, engine_pb2.LogSeverity.INFO)
        ]

    async def test_no_status_shows_a_secret(self, provider: Client, engine: Engine) -> None:
        await provider.stub.Attach(plugin_pb2.PluginAttach(address=engine.address))
        await provider.create(await checked(provider, {"shelfId": "s", "password": "packing"}))
        assert [line.message for line in engine.messages] == ["*****"]

    async def test_what_one_engine_cancelled_the_next_engine_starts_anew(
        self, provider: Client, engine: Engine
    ) -> None:
        await provider.stub.Attach(plugin_pb2.PluginAttach(address=engine.address))
        await provider.create(await checked(provider))
        await provider.cancel()
        with pytest.raises(grpc.aio.AioRpcError, match="cancelled"):
            await provider.create(await checked(provider), name="late")
        await provider.stub.Attach(plugin_pb2.PluginAttach(address=engine.address))
        await provider.create(await checked(provider), name="new")
        assert len(provider.opened) == 2

    async def test_an_engine_that_does_not_answer_stops_nothing(self, provider: Client) -> None:
        await provider.stub.Attach(plugin_pb2.PluginAttach(address="127.0.0.1:1"))
        id, _ = await provider.create(await checked(provider))
        assert id == "box-1"

    async def test_information(self, provider: Client) -> None:
        assert (await provider.stub.GetPluginInfo(empty_pb2.Empty())).version == VERSION
        assert not (await provider.stub.GetMapping(provider_pb2.GetMappingRequest(key="terraform"))).data
        assert not (
            await provider.stub.GetMappings(provider_pb2.GetMappingsRequest(key="terraform"))
        ).providers

    @pytest.mark.parametrize(
        ("method", "request_type"),
        [
            ("Parameterize", provider_pb2.ParameterizeRequest),
            ("Construct", provider_pb2.ConstructRequest),
            ("Call", provider_pb2.CallRequest),
        ],
    )
    async def test_what_is_not_offered_says_so(
        self, provider: Client, method: str, request_type: type[Any]
    ) -> None:
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await getattr(provider.stub, method)(request_type())
        assert caught.value.code() == grpc.StatusCode.UNIMPLEMENTED

    async def test_an_unknown_function_says_so(self, provider: Client) -> None:
        with pytest.raises(grpc.aio.AioRpcError, match="no function railway:index:getMoon"):
            await provider.stub.Invoke(provider_pb2.InvokeRequest(tok="railway:index:getMoon"))


class TestConfiguration:
    async def test_reaches_the_session(self, provider: Client) -> None:
        answer = await provider.configure(
            {"token": Secret("t0ken-t0ken"), "endpoint": "http://x", "version": "1"}
        )
        assert answer.acceptSecrets
        assert answer.supportsPreview
        await provider.create(await checked(provider))
        assert provider.opened[0].token == "t0ken-t0ken"
        assert provider.opened[0].endpoint == "http://x"
        assert provider.opened[0].project_token is None

    async def test_anew_closes_the_session_that_was_open(self, provider: Client, store: Store) -> None:
        await provider.create(await checked(provider))
        await provider.configure({"token": "t"})
        assert store.closed == 1
        await provider.configure({"token": "t"})
        assert store.closed == 1
        await provider.create(await checked(provider))
        assert len(provider.opened) == 2

    async def test_a_token_shows_nowhere(self, provider: Client, store: Store) -> None:
        await provider.configure({"token": "t0ken-t0ken"})
        store.failures.append(UserError("Bearer t0ken-t0ken was refused."))
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await provider.create(await checked(provider))
        assert caught.value.details() == "Bearer ***** was refused."

    async def test_is_checked(self, provider: Client) -> None:
        request = provider_pb2.CheckRequest(
            urn="urn:pulumi:t::p::pulumi:providers:railway::default",
            news=to_struct({"tokn": "x", "endpoint": 3, "version": "1.0.0", "__internal": {}}),
        )
        answer = await provider.stub.CheckConfig(request)
        reasons = {failure.property: failure.reason for failure in answer.failures}
        assert reasons["tokn"] == "isn't a property here. Did you mean token?"
        assert reasons["endpoint"].startswith("must be a text")

    async def test_passes_what_the_engine_adds_and_marks_tokens(self, provider: Client) -> None:
        given = {"token": "t0ken", "version": "1.0.0", "__internal": {"a": "b"}}
        request = provider_pb2.CheckRequest(
            urn="urn:pulumi:t::p::pulumi:providers:railway::default", news=to_struct(given)
        )
        answer = await provider.stub.CheckConfig(request)
        assert not answer.failures
        assert from_struct(answer.inputs) == {**given, "token": Secret("t0ken")}

    @pytest.mark.parametrize(
        ("given", "problem"),
        [
            ({"token": "t0ken", "projectToken": "t0ken"}, "Both railway:token and railway:projectToken"),
            ({"token": "t0ken", "endpoint": "localhost"}, "must be an http or https address"),
            ({"token": "t0ken", "endpoint": "http://example.com"}, "unencrypted"),
            ({"endpoint": "http://127.0.0.1:1/graphql"}, None),
            ({"token": UNKNOWN, "projectToken": "t0ken"}, None),
            ({}, None),
        ],
        ids=str,
    )
    async def test_is_judged_as_a_whole(self, provider: Client, given: Any, problem: str | None) -> None:
        request = provider_pb2.CheckRequest(
            urn="urn:pulumi:t::p::pulumi:providers:railway::default", news=to_struct(given)
        )
        reasons = [failure.reason for failure in (await provider.stub.CheckConfig(request)).failures]
        if problem is None:
            assert reasons == []
        else:
            assert len(reasons) == 1
            assert problem in reasons[0]

    async def test_another_token_replaces_nothing(self, provider: Client) -> None:
        answer = await provider.stub.DiffConfig(
            provider_pb2.DiffRequest(
                urn="urn:pulumi:t::p::pulumi:providers:railway::default",
                old_inputs=to_struct({"token": Secret("a"), "endpoint": "e"}),
                news=to_struct({"token": Secret("b"), "endpoint": UNKNOWN}),
            )
        )
        assert answer.changes == provider_pb2.DiffResponse.DIFF_SOME
        assert list(answer.diffs) == ["token", "endpoint"]
        assert not answer.replaces
        assert not answer.detailedDiff
