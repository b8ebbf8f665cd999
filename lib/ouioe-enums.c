/* ouioe-enums.c - every enumeration of the wire
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-enums.h"

static const char *const kind_words[OUIOE_N_EVENT_KINDS] = {
  [OUIOE_EVENT_SESSION_START]   = "session_start",
  [OUIOE_EVENT_THINKING_STEP]   = "thinking_step",
  [OUIOE_EVENT_PROGRESS_UPDATE] = "progress_update",
  [OUIOE_EVENT_SESSION_END]     = "session_end",
};

static const OuioeStreams kind_streams[OUIOE_N_EVENT_KINDS] = {
  [OUIOE_EVENT_SESSION_START]   = OUIOE_STREAMS_BOTH,
  [OUIOE_EVENT_THINKING_STEP]   = OUIOE_STREAMS_THINKING,
  [OUIOE_EVENT_PROGRESS_UPDATE] = OUIOE_STREAMS_PROGRESS,
  [OUIOE_EVENT_SESSION_END]     = OUIOE_STREAMS_BOTH,
};

static const char *const state_words[] = {
  [OUIOE_SESSION_OPEN]    = "open",
  [OUIOE_SESSION_CLOSED]  = "closed",
  [OUIOE_SESSION_EXPIRED] = "expired",
};

static const char *const stream_words[] = {
  [OUIOE_STREAMS_NONE]     = "none",
  [OUIOE_STREAMS_THINKING] = "thinking",
  [OUIOE_STREAMS_PROGRESS] = "progress",
  [OUIOE_STREAMS_BOTH]     = "both",
};

/* The place of @word in a table whose place 0 means "not known". */
static guint
find_word (const char *const *words, guint n_words, const char *word)
{
  if (word == NULL)
    return 0;
  for (guint i = 1; i < n_words; i++)
    if (g_str_equal (words[i], word))
      return i;
  return 0;
}

/**
 * ouioe_event_kind_to_string:
 * @kind: a kind
 *
 * Gives the word or name of the protocol.
 *
 * Returns: (transfer none) (nullable): its word on the wire, or %NULL when @kind is none of the enumeration
 */
const char *
ouioe_event_kind_to_string (OuioeEventKind kind)
{
  return (guint) kind < G_N_ELEMENTS (kind_words) ? kind_words[kind] : NULL;
}

/**
 * ouioe_event_kind_from_string:
 * @word: (nullable): a word of the wire
 *
 * Reads a word or name of the protocol.
 *
 * Returns: the kind, or 0 when the word is not known
 */
OuioeEventKind
ouioe_event_kind_from_string (const char *word)
{
  return (OuioeEventKind) find_word (kind_words, G_N_ELEMENTS (kind_words), word);
}

/**
 * ouioe_event_kind_get_streams:
 * @kind: a kind
 *
 * Gets the streams on which events of this kind stand.
 *
 * Returns: the streams on which events of this kind stand
 */
OuioeStreams
ouioe_event_kind_get_streams (OuioeEventKind kind)
{
  return (guint) kind < G_N_ELEMENTS (kind_streams) ? kind_streams[kind] : OUIOE_STREAMS_NONE;
}

/**
 * ouioe_session_state_to_string:
 * @state: a state
 *
 * Gives the word or name of the protocol.
 *
 * Returns: (transfer none) (nullable): its word on the wire, or %NULL when @state is none of the enumeration
 */
const char *
ouioe_session_state_to_string (OuioeSessionState state)
{
  return (guint) state < G_N_ELEMENTS (state_words) ? state_words[state] : NULL;
}

/**
 * ouioe_session_state_from_string:
 * @word: (nullable): a word of the wire
 *
 * Reads a word or name of the protocol.
 *
 * Returns: the state, or 0 when the word is not known
 */
OuioeSessionState
ouioe_session_state_from_string (const char *word)
{
  return (OuioeSessionState) find_word (state_words, G_N_ELEMENTS (state_words), word);
}

/**
 * ouioe_streams_to_string:
 * @streams: a mask of streams
 *
 * Gives the word or name of the protocol.
 *
 * Returns: (transfer none) (nullable): its word on the wire, or %NULL when @streams is none of the enumeration
 */
const char *
ouioe_streams_to_string (OuioeStreams streams)
{
  return (guint) streams < G_N_ELEMENTS (stream_words) ? stream_words[streams] : NULL;
}

/**
 * ouioe_streams_from_string:
 * @word: (nullable): a word of the wire
 *
 * Reads the word for streams, `both`, `thinking` or `progress`.
 *
 * Returns: the streams, or 0 when the word is not known
 */
OuioeStreams
ouioe_streams_from_string (const char *word)
{
  return (OuioeStreams) find_word (stream_words, G_N_ELEMENTS (stream_words), word);
}
