'use strict';
/*
 * What the simulator makes of choices: stdin holds positions {input, side, texts}, stdout gets, for each, what every text
 * comes to: the side's actions as text, or {error, hidden}, where hidden is that the side could not know it. A side's choice
 * alone commits nothing; it is cleared each time.
 */
const { BattleStream } = require('pokemon-showdown/dist/sim/battle-stream');

function position({ input, side }) {
  const stream = new BattleStream({ keepAlive: true });
  for (const line of input) stream.write(line);
  return stream.battle.sides[side];
}

/** An action with Pokemon told by their place. */
function told({ pokemon, target, ...rest }) {
  const [who, whom] = [pokemon, target].map(each => each && each.side.pokemon.indexOf(each));
  return JSON.stringify({ ...rest, who, whom });
}

function tried({ texts, ...where }) {
  let side = position(where);
  return texts.map(text => {
    side.clearChoice();
    const request = JSON.stringify(side.activeRequest);
    const flags = side.active.map(pokemon => pokemon && pokemon.switchFlag);
    const taken = side.choose(text) && side.isChoiceDone();
    const actions = side.choice.actions.map(told).join();
    const error = side.choice.error || 'it is not complete';
    const hidden = request !== JSON.stringify(side.activeRequest);
    // A revival counts as chosen for good, and what was hidden is in the request from now on.
    side.active.forEach((pokemon, slot) => { if (pokemon) pokemon.switchFlag = flags[slot]; });
    if (hidden) side = position(where);
    return taken ? actions : { error, hidden };
  });
}

const found = JSON.parse(require('fs').readFileSync(0, 'utf8')).map(tried);
process.stdout.write(JSON.stringify(found), () => process.exit(0));
