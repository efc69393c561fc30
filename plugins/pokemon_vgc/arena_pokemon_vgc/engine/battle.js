'use strict';
/*
 * The simulator's Battle, quicker and otherwise the same. Four tenths of its time go into asking effects for callbacks that
 * most of them lack, by names that are put together anew for each event. Here nobody is asked for what no effect of the
 * generation has, and what an effect answered once is remembered.
 */
const { Battle } = require('pokemon-showdown/dist/sim/battle');

const ABSENT = Symbol('no callback');
const answers = new Map(); // by the callback's name, then by effect
let lastName = '';
let lastAnswers = answers;

function answersTo(name) {
  if (name !== lastName) {
    lastName = name;
    lastAnswers = answers.get(name);
    if (!lastAnswers) answers.set(name, lastAnswers = new WeakMap());
  }
  return lastAnswers;
}

const TABLES = ['Abilities', 'Conditions', 'FormatsData', 'Items', 'Moves', 'Pokedex', 'Rulesets'];
const answered = new WeakMap(); // by dex

/** Names of the callbacks that anything in the data has, itself or as the condition that it brings about. */
function answeredIn(dex) {
  if (!answered.has(dex)) {
    const effects = TABLES.flatMap(table => Object.values(dex.data[table]));
    const names = effects.flatMap(effect => [effect, effect.condition || {}]).flatMap(Object.keys);
    answered.set(dex, new Set(names.filter(name => name.startsWith('on'))));
  }
  return answered.get(dex);
}

class QuickBattle extends Battle {
  findPokemonEventHandlers(pokemon, name, getKey) {
    // With a key, effects that merely have a duration count too.
    if (getKey === undefined && !answeredIn(this.dex).has(name)) return [];
    return super.findPokemonEventHandlers(pokemon, name, getKey);
  }

  getCallback(target, effect, name) {
    // The one name whose callback depends on the target too.
    if (name === 'onSwitchIn') return super.getCallback(target, effect, name);
    const known = answersTo(name);
    const answer = known.get(effect);
    if (answer !== undefined) return answer === ABSENT ? undefined : answer;
    const callback = super.getCallback(target, effect, name);
    // What is frozen answers the same for ever; a format is not, but nothing changes its callbacks once it is loaded.
    if (Object.isFrozen(effect) || effect === this.format) known.set(effect, callback === undefined ? ABSENT : callback);
    return callback;
  }
}

exports.QuickBattle = QuickBattle;
