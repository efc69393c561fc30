"""Games on offer and their specs <-> `arena.v1.GameListing` and `arena.v1.GameSpec`."""

from dataclasses import asdict
from typing import Any, Final, cast

from arena.core.errors import ProtocolViolation
from arena.core.game import CLOCK, MAX_SECONDS, ClockSpec, Dynamics, FieldSpec, Forfeit, GameOffer, GameSpec
from arena.core.match import GameRef
from arena.core.options import Kind, Option
from arena.v1 import common_pb2
from arena.v1 import game_pb2 as pb
from arena.wire.json_values import read_trusted, write_json
from arena.wire.tensors import DTYPE_NAMES, DTYPES
from arena.wire.unfit import Unfit

_DYNAMICS: Final[dict[Dynamics, pb.Dynamics.ValueType]] = {
    "sequential": pb.DYNAMICS_SEQUENTIAL,
    "simultaneous": pb.DYNAMICS_SIMULTANEOUS,
    "mixed": pb.DYNAMICS_MIXED,
}
_FORFEITS: Final[dict[Forfeit, pb.Forfeit.ValueType]] = {
    "loses": pb.FORFEIT_LOSES,
    "plays default": pb.FORFEIT_PLAYS_DEFAULT,
}
_FIELD_KINDS: Final[dict[str, pb.FieldKind.ValueType]] = {
    "text": pb.FIELD_KIND_TEXT,
    "json": pb.FIELD_KIND_JSON,
    "tensor": pb.FIELD_KIND_TENSOR,
    "int": pb.FIELD_KIND_INT,
    "media": pb.FIELD_KIND_MEDIA,
}
_DYNAMICS_READ: Final = {number: name for name, number in _DYNAMICS.items()}
_FORFEITS_READ: Final = {number: name for name, number in _FORFEITS.items()}
_FIELD_KINDS_READ: Final = {number: name for name, number in _FIELD_KINDS.items()}


def listing_message(offer: GameOffer) -> pb.GameListing:
    """A game on offer."""
    return pb.GameListing(
        game=offer.id,
        version=offer.version,
        min_seats=offer.min_seats,
        max_seats=offer.max_seats,
        available=not offer.reason,
        reason=offer.reason,
        options=map(_option_message, offer.options),
    )


def read_listing(message: pb.GameListing) -> GameOffer:
    """A game on offer; raises ProtocolViolation when its options make no sense."""
    try:
        options = tuple(map(_read_option, message.options))
    except Unfit as error:
        raise ProtocolViolation(f"the server's listing of a game {error}") from error
    return GameOffer(
        id=message.game,
        version=message.version,
        min_seats=message.min_seats,
        max_seats=message.max_seats,
        reason=message.reason,
        options=options,
    )


def spec_message(spec: GameSpec, ref: GameRef) -> pb.GameSpec:
    """A game with its options applied; how long one step may take stays the server's own business."""
    return pb.GameSpec(
        game=spec.id,
        rated_id=ref.rated_id,
        version=spec.version,
        seats=spec.seats,
        teams=spec.teams,
        roles=spec.roles,
        dynamics=_DYNAMICS[spec.dynamics],
        perfect_information=spec.perfect_information,
        scored=spec.scored,
        summary=spec.summary,
        brief=spec.brief,
        fields=map(_field_message, spec.fields),
        config_json=write_json(ref.config),
        clock=pb.TimeControl(**asdict(spec.clock)),
        forfeit=_FORFEITS[spec.forfeit],
        max_refusals=spec.max_refusals,
        max_decisions=spec.max_decisions,
        score_low=spec.score_low,
        score_high=spec.score_high,
        set_deals=spec.set_deals,
    )


def read_clock(message: pb.TimeControl) -> ClockSpec:
    given = {name: getattr(message, name) for name in CLOCK}
    return ClockSpec(**{**given, "cap": message.cap or MAX_SECONDS, "first_cap": message.first_cap or MAX_SECONDS})


def read_spec(message: pb.GameSpec) -> tuple[GameSpec, GameRef]:
    """A game with its options applied, and how results name it; raises ProtocolViolation when it makes no sense."""
    try:
        config = read_trusted(message.config_json) if message.config_json else {}
        spec = GameSpec(
            id=message.game,
            version=message.version,
            seats=message.seats,
            teams=tuple(message.teams),
            roles=tuple(message.roles),
            dynamics=_known(_DYNAMICS_READ, message.dynamics),
            perfect_information=message.perfect_information,
            scored=message.scored,
            summary=message.summary,
            brief=message.brief,
            fields=tuple(map(_read_field, message.fields)),
            clock=read_clock(message.clock),
            forfeit=_known(_FORFEITS_READ, message.forfeit),
            max_refusals=message.max_refusals,
            max_decisions=message.max_decisions,
            score_low=message.score_low,
            score_high=message.score_high,
            set_deals=message.set_deals,
        )
    except Unfit as error:
        raise ProtocolViolation(f"the server's description of a game {error}") from error
    return spec, GameRef(id=spec.id, version=spec.version, config=config, rated_id=message.rated_id)


def _option_message(option: Option) -> pb.OptionSpec:
    return pb.OptionSpec(
        name=option.name,
        kind=option.kind,
        default_json=write_json(option.default),
        help=option.help,
        rules=option.rules,
        choices_json=write_json(option.choices) if option.choices else b"",
        low=option.low,
        high=option.high,
    )


def _read_option(message: pb.OptionSpec) -> Option:
    return Option(
        name=message.name,
        kind=cast(Kind, message.kind),
        default=read_trusted(message.default_json),
        help=message.help,
        rules=message.rules,
        choices=tuple(read_trusted(message.choices_json)) if message.choices_json else (),
        low=message.low if message.HasField("low") else None,
        high=message.high if message.HasField("high") else None,
    )


def _field_message(field: FieldSpec) -> pb.FieldSpec:
    dtype = DTYPES.get(field.dtype, common_pb2.DTYPE_UNSPECIFIED)
    return pb.FieldSpec(name=field.name, kind=_FIELD_KINDS[field.kind], help=field.help, shape=field.shape, dtype=dtype)


def _read_field(message: pb.FieldSpec) -> FieldSpec:
    return FieldSpec(
        name=message.name,
        kind=_known(_FIELD_KINDS_READ, message.kind),
        help=message.help,
        shape=tuple(message.shape),
        dtype=DTYPE_NAMES.get(message.dtype, ""),
    )


def _known(names: dict[Any, Any], number: int) -> Any:
    if number not in names:
        raise Unfit("holds a number that this client does not know")
    return names[number]
