'use strict';
/*
 * The simulator's Battle, quicker and otherwise the same. A third of its time goes into asking effects for callbacks that
 * most of them lack, by names that are put together anew for each event; here what an effect answered once is remembered.
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

class QuickBattle extends Battle {
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
