'use strict';
/* Mean damage by the Smogon calculator, as a part of the defender's HP. It knows a generation, not a format. */
const { calculate, Generations, Pokemon, Move, Field, Side } = require('@smogon/calc');

const WEATHERS = { sunnyday: 'Sun', raindance: 'Rain', sandstorm: 'Sand', snowscape: 'Snow', hail: 'Hail' };
const TERRAINS = { electricterrain: 'Electric', grassyterrain: 'Grassy', mistyterrain: 'Misty', psychicterrain: 'Psychic' };

function pokemon(gen, dex, it) {
  const named = (kind, id) => (id && id !== 'none' && dex[kind].get(id).exists ? dex[kind].get(id).name : undefined);
  const made = new Pokemon(gen, it.species, {
    level: it.level, ability: named('abilities', it.ability), item: named('items', it.item),
    boosts: it.boosts, status: it.status === 'fnt' ? '' : it.status, evs: it.evs || {},
    teraType: it.terastallized ? it.tera_type : undefined,
  });
  if (it.stats) Object.assign(made.rawStats, it.stats), Object.assign(made.stats, it.stats);
  made.originalCurHP = Math.max(1, Math.round(made.maxHP() * it.hp));
  return made;
}

function field(it) {
  return new Field({
    gameType: 'Doubles', weather: WEATHERS[it.weather], terrain: TERRAINS[it.terrain],
    defenderSide: new Side({
      isReflect: it.screens.includes('reflect'), isLightScreen: it.screens.includes('lightscreen'),
      isAuroraVeil: it.screens.includes('auroraveil'),
    }),
  });
}

function damage(gen, dex, it) {
  try {
    const [attacker, defender] = [pokemon(gen, dex, it.attacker), pokemon(gen, dex, it.defender)];
    const result = calculate(gen, attacker, defender, new Move(gen, dex.moves.get(it.move).name), field(it));
    const rolls = [result.damage].flat(2);
    return rolls.reduce((sum, roll) => sum + roll, 0) / rolls.length / defender.maxHP();
  } catch (error) {
    return -1; // a species or move of the format that the calculator does not know
  }
}

exports.damages = (dex, cases) => {
  const gen = Generations.get(dex.gen);
  return cases.map(it => damage(gen, dex, it));
};
