// test-gi.js - the library as JavaScript sees it
//
// SPDX-License-Identifier: GPL-3.0-or-later
imports.gi.versions.Ouioe = '1';
const { GLib, GObject, Ouioe } = imports.gi;

function assert(condition, text) {
  if (!condition)
    throw new Error(text);
}

const tests = {
  'steps-carry-what-they-were-given'() {
    const step = Ouioe.ThinkingStep.new('decision', 'Use the second link', ['first', 'second'], 0.5, null, null);
    const [given, confidence] = step.get_confidence();
    assert(step.dup_content() === 'Use the second link', 'content');
    assert(step.dup_reasoning_chain().join() === 'first,second', 'chain');
    assert(given && confidence === 0.5, 'confidence');
  },
  'ids-are-read-and-written'() {
    const [ok, id] = Ouioe.EventId.parse('5-6');
    assert(ok && id.dup_text() === '5-6', 'id');
  },
  'errors-are-told-apart'() {
    try {
      Ouioe.Client.new('http://127.0.0.1:1').get_session('s', null);
    } catch (error) {
      assert(error.matches(Ouioe.error_quark(), Ouioe.Error.UNREACHABLE), String(error));
      return;
    }
    throw new Error('nobody answers there');
  },
  'steps-can-be-seen-while-they-are-written'() {
    const subscription = Ouioe.Client.new('http://127.0.0.1:1').subscribe('s', null);
    subscription.deltas = true;
    assert(subscription.get_deltas(), 'deltas');
    for (const name of ['delta', 'delta-dropped', 'generation'])
      assert(GObject.signal_lookup(name, Ouioe.Subscription.$gtype) !== 0, name);
    assert(subscription.get_open_text('s', '1') === null, 'open text');
  },
  'phases-have-words'() {
    const [ok, phase] = Ouioe.phase_from_string('tool');
    assert(ok && phase === Ouioe.Phase.TOOL, 'phase');
  },
  'control-is-refused-where-nobody-is'() {
    try {
      Ouioe.Client.new('http://127.0.0.1:1').stop_session('s', null);
    } catch (error) {
      assert(error.matches(Ouioe.error_quark(), Ouioe.Error.UNREACHABLE), String(error));
      return;
    }
    throw new Error('nobody answers there');
  },
  'a-call-answers-in-the-loop'() {
    const loop = GLib.MainLoop.new(null, false);
    let failure = null;
    Ouioe.Client.new('nonsense').create_session_async('s', 'somebody', null, null, null, (client, result) => {
      try {
        client.create_session_finish(result);
      } catch (error) {
        failure = error;
      }
      loop.quit();
    });
    loop.run();
    assert(failure?.matches(Ouioe.error_quark(), Ouioe.Error.CONFIGURATION), String(failure));
  },
};

let failed = 0;
print(`1..${Object.keys(tests).length}`);
Object.entries(tests).forEach(([name, test], i) => {
  try {
    test();
    print(`ok ${i + 1} ${name}`);
  } catch (error) {
    failed++;
    print(`not ok ${i + 1} ${name}\n# ${error.message}`);
  }
});
imports.system.exit(failed ? 1 : 0);
