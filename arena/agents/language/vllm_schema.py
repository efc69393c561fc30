"""JSON Schemas as far as xgrammar can hold a model to them; the server checks the rest."""

from collections.abc import Mapping
from typing import Any, Final

_DROPPED: Final = frozenset(
    {"multipleOf", "uniqueItems", "contains", "minContains", "maxContains", "propertyNames", "format"}
)
"""Keywords for which vLLM refuses a schema under xgrammar (v1/structured_output/backend_xgrammar.py)."""
_OF_SCHEMAS: Final = frozenset({"properties", "$defs", "definitions", "patternProperties", "dependentSchemas"})
"""Keywords whose value maps names to schemas."""
_DATA: Final = frozenset({"enum", "const", "default", "examples", "required"})
_LENGTHS: Final = frozenset({"minLength", "maxLength"})


def held(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """`schema` without what xgrammar cannot hold a model to: whatever fits the one fits the other."""
    kept: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _DROPPED or (key in _LENGTHS and "pattern" in schema):
            continue
        if key in _DATA:
            kept[key] = value
        elif key in _OF_SCHEMAS:
            kept[key] = {name: _held(each) for name, each in value.items()}
        else:
            kept[key] = _held(value)
    return kept


def _held(value: Any) -> Any:
    if isinstance(value, Mapping):
        return held(value)
    return [_held(each) for each in value] if isinstance(value, list) else value
