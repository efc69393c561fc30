'use strict';
/*
 * Many matches of the Pokemon Showdown simulator behind one pair of pipes: a JSON command a line in, a JSON answer a line
 * out, in order; answers to commands that came together leave together. Commands come from our own Python code alone.
 * Choices are given to Battle.choose(); the simulator's text stream, which can run code, is never used.
 */
const fs = require('fs');
const { StringDecoder } = require('string_decoder');
const { Dex } = require('pokemon-showdown/dist/sim/dex');
const { Teams } = require('pokemon-showdown/dist/sim/teams');
const { TeamValidator } = require('pokemon-showdown/dist/sim/team-validator');
const { QuickBattle } = require('./battle');

const SIDES = ['p1', 'p2'];
const STDIN = 0;
const STDOUT = 1;
const CHUNK = 1 << 16;
const matches = new Map();

class Match {
  constructor({ format, seed, teams }) {
    this.requests = ['null', 'null'];
    this.errors = ['', ''];
    this.sent = 0;
    const sides = Object.fromEntries(
      SIDES.map((id, n) => [id, { name: `Seat ${n}`, team: Teams.unpack(teams[n]) }]));
    this.battle = new QuickBattle({
      formatid: Dex.formats.get(format).id, format: Dex.formats.get(format, true), seed,
      send: (kind, data) => this.note(kind, data), ...sides,
    });
    this.battle.sendUpdates();
  }

  /** Keep what one side alone is told: its request as JSON text, or why its choice was not taken. */
  note(kind, data) {
    if (kind !== 'sideupdate') return;
    const at = data.indexOf('\n');
    const side = SIDES.indexOf(data.slice(0, at));
    const line = data.slice(at + 1);
    if (line.startsWith('|request|')) this.requests[side] = line.slice(9);
    else if (line.startsWith('|error|')) this.errors[side] = line.slice(7);
  }

  choose(choices) {
    for (const [side, text] of choices) {
      if (this.battle.choose(SIDES[side], text)) this.requests[side] = 'null';
    }
    this.battle.sendUpdates();
    if (this.battle.ended) this.requests = ['null', 'null'];
  }

  /** Everything that is new since the last call; a request of null means that nothing is owed. */
  answer() {
    const battle = this.battle;
    const lines = battle.log.slice(this.sent).filter(line => !line.startsWith('|t:|'));
    this.sent = battle.log.length;
    const errors = this.errors;
    this.errors = ['', ''];
    const won = battle.winner === undefined ? -1 : battle.sides.findIndex(side => side.name === battle.winner);
    const standing = battle.sides.map(side => side.active.map(pokemon => Boolean(pokemon && !pokemon.fainted)));
    const left = battle.sides.map(side => side.pokemonLeft);
    return `{"requests":[${this.requests}],"errors":${JSON.stringify(errors)},"lines":${JSON.stringify(lines)},` +
      `"ended":${battle.ended},"winner":${won},"turn":${battle.turn},"standing":${JSON.stringify(standing)},` +
      `"left":${JSON.stringify(left)}}`;
  }
}

const commands = {
  open({ match, format, seed, teams, choices }) {
    const opened = new Match({ format, seed, teams });
    for (const step of choices || []) opened.choose(step);
    matches.set(match, opened);
    return opened.answer();
  },
  step({ match, choices }) {
    const stepped = matches.get(match);
    stepped.choose(choices);
    return stepped.answer();
  },
  close({ match }) {
    const closed = matches.get(match);
    if (closed) closed.battle.destroy();
    matches.delete(match);
    return 'true';
  },
  validate({ format, team }) {
    const sets = Teams.unpack(team);
    const problems = sets ? TeamValidator.get(Dex.formats.get(format, true)).validateTeam(sets) : ['This is no team.'];
    for (const set of sets || []) set.name = Dex.species.get(set.species).baseSpecies.slice(0, 18);
    return JSON.stringify({ problems: problems || [], team: sets ? Teams.pack(sets) : '' });
  },
  dex({ format }) {
    return JSON.stringify(require('./facts').facts(Dex.forFormat(Dex.formats.get(format, true))));
  },
  damage({ format, cases }) {
    return JSON.stringify(require('./damage').damages(Dex.forFormat(Dex.formats.get(format, true)), cases));
  },
};

function answered(line) {
  try {
    const command = JSON.parse(line);
    return `{"ok":${commands[command.do](command)}}`;
  } catch (error) {
    return JSON.stringify({ error: String((error && error.stack) || error).slice(0, 2000) });
  }
}

/** Write all of it; the pipe waits until the other end has read. */
function write(text) {
  let bytes = Buffer.from(text);
  while (bytes.length) bytes = bytes.subarray(fs.writeSync(STDOUT, bytes));
}

/** Answer commands until the other end closes the pipe. Nothing else happens here meanwhile, so that reads may block. */
function serve() {
  const chunk = Buffer.alloc(CHUNK);
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for (let size; (size = fs.readSync(STDIN, chunk)) > 0;) {
    const lines = (rest + decoder.write(chunk.subarray(0, size))).split('\n');
    rest = lines.pop();
    let answers = '';
    for (const line of lines) {
      answers += `${answered(line)}\n`;
      if (answers.length > CHUNK) {
        write(answers);
        answers = '';
      }
    }
    write(answers);
  }
}

// What the simulator prints must not mix with the answers.
console.log = console.info = console.error;
serve();
