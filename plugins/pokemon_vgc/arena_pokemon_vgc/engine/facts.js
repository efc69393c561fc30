'use strict';
/* What the simulator's data say of a generation's moves, species and types, in the few fields that views and agents use. */

const move = it => ({
  name: it.name, type: it.type, category: it.category, power: it.basePower, priority: it.priority, target: it.target,
  accuracy: it.accuracy === true ? 1 : it.accuracy / 100,
  hits: Array.isArray(it.multihit) ? (it.multihit[0] + it.multihit[1]) / 2 : it.multihit || 1,
  boosts: it.boosts && it.target === 'self' ? it.boosts : (it.self && it.self.boosts) || null,
  lowers: it.boosts && it.target !== 'self' ? it.boosts : null,
  status: it.status || '', heals: Boolean(it.heal || it.flags.heal), flags: Object.keys(it.flags),
  pivots: Boolean(it.selfSwitch), fixed: it.damage || it.ohko ? 1 : 0,
});

const species = it => ({
  name: it.name, types: it.types, stats: it.baseStats, weight: it.weightkg, base: it.baseSpecies, forme: it.forme,
});

exports.facts = dex => {
  const all = (kind, pick) => Object.fromEntries(dex[kind].all().filter(it => it.exists).map(it => [it.id, pick(it)]));
  const types = dex.types.all().map(it => it.name);
  // effectiveness[attacking][defending], as a factor
  const effectiveness = Object.fromEntries(types.map(a => [a, Object.fromEntries(types.map(
    d => [d, dex.getImmunity(a, d) ? 2 ** dex.getEffectiveness(a, d) : 0]))]));
  return {
    moves: all('moves', move), species: all('species', species), effectiveness,
    items: all('items', it => ({ name: it.name, stone: Boolean(it.megaStone) })),
  };
};
