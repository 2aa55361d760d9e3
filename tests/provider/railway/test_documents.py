"""Every document is valid for the local Railway, and for the official schema where that is at hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from graphql import GraphQLSchema, OperationDefinitionNode, build_schema, parse, validate

import railway_emulator
from pulumi_resource_railway.railway.documents import DOCUMENTS, Document
from pulumi_resource_railway.railway.questions import QUESTIONS

OURS = Path(railway_emulator.__file__).with_name("schema.graphql")
ALL = (*DOCUMENTS, *QUESTIONS)
every_document = pytest.mark.parametrize("document", ALL, ids=lambda document: document.name)


@pytest.fixture(scope="module")
def ours() -> GraphQLSchema:
    return build_schema(OURS.read_text())


@every_document
def test_valid_for_the_local_railway(ours: GraphQLSchema, document: Document) -> None:
    assert validate(ours, parse(document.text)) == []


@every_document
def test_valid_for_railway(official: GraphQLSchema, document: Document) -> None:
    assert validate(official, parse(document.text)) == []


@every_document
def test_named_as_its_operation(document: Document) -> None:
    (operation,) = parse(document.text).definitions
    assert isinstance(operation, OperationDefinitionNode)
    assert operation.name is not None
    assert operation.name.value == document.name
    assert operation.operation.value == "mutation" or document.repeatable


def test_all_documents_are_found() -> None:
    assert len(DOCUMENTS) > 30
    assert len(QUESTIONS) > 10
    assert len({document.text for document in ALL}) == len(ALL)
