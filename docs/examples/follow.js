#!/usr/bin/env gjs
// follow.js - create a session, follow it, feed it and close it
//
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: gjs follow.js SESSION
imports.gi.versions.Ouioe = '1';
const { GLib, Ouioe } = imports.gi;

const session = ARGV[0];
const client = Ouioe.Client.new(null);
const loop = GLib.MainLoop.new(null, false);

const config = Ouioe.StreamConfig.new();
config.debug_mode = true;
client.create_session(session, GLib.get_user_name(), config, null, null);

const subscription = client.subscribe(session, null);
subscription.connect('event', (_, event) => {
  const step = event.dup_thinking_step();
  if (step !== null)
    print(`${step.get_thinking_type()}: ${step.dup_content()}`);
});
subscription.connect('session-end', (_, id, outcome) => {
  print(`${id}: ${outcome}`);
  loop.quit();
});
subscription.connect('failed', (_, error) => {
  printerr(error.message);
  imports.system.exit(1);
});
subscription.start();

const step = Ouioe.ThinkingStep.new('decision', 'Use the second link', null, 0.9, ['Wait'], ['It is idle']);
client.append_thinking_async(session, step, null, (source, result) => {
  source.append_thinking_finish(result);
  client.close_session_async(session, 'done', null, (s, r) => s.close_session_finish(r));
});
loop.run();
