/* ouioe-vocabulary.c - the known words for thinking and progress types
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-vocabulary.h"

#include <string.h>

#define MAX_OWN_WORD_BYTES 64

static const char *const thinking_words[] = {
  "initialization", "analysis", "decision", "planning", "evaluation", "risk_assessment", "service_selection",
  "workflow_generation", "execution_planning", "result_analysis",
  /* of later producers of the same family */
  "processing", "execution", "completion", "error", "model_performance", "decision_visualization",
  "collaborative_reasoning", "reflection",
  NULL
};

static const char *const progress_words[] = {
  "progress", "intermediate_result", "thinking_aloud", "discovery", "warning", "completion",
  /* of later producers of the same family */
  "start", "started", "completed", "error", "decision_progress",
  NULL
};

const char *const *
ouioe_vocabulary_get_words (OuioeEventKind kind, guint *n_words)
{
  const char *const *words = kind == OUIOE_EVENT_THINKING_STEP ? thinking_words : progress_words;
  guint n = kind == OUIOE_EVENT_THINKING_STEP ? G_N_ELEMENTS (thinking_words) : G_N_ELEMENTS (progress_words);

  if (n_words != NULL)
    *n_words = n - 1;
  return words;
}

int
ouioe_vocabulary_index (OuioeEventKind kind, const char *word)
{
  const char *const *words = ouioe_vocabulary_get_words (kind, NULL);

  for (int i = 0; words[i] != NULL; i++)
    if (words[i][0] == word[0] && g_str_equal (words[i], word))
      return i;
  return -1;
}

/* Two or more parts of [A-Za-z0-9_-]+ joined by dots. */
static gboolean
is_namespaced (const char *word)
{
  gboolean part_is_empty = TRUE;
  guint n_dots = 0;
  gsize len = 0;

  for (const char *p = word; *p != '\0'; p++)
    {
      if (++len > MAX_OWN_WORD_BYTES)
        return FALSE;

      if (*p == '.')
        {
          if (part_is_empty)
            return FALSE;
          part_is_empty = TRUE;
          n_dots++;
        }
      else if (g_ascii_isalnum (*p) || *p == '_' || *p == '-')
        part_is_empty = FALSE;
      else
        return FALSE;
    }

  return n_dots > 0 && !part_is_empty;
}

gboolean
ouioe_vocabulary_is_accepted (OuioeEventKind kind, const char *word)
{
  return ouioe_vocabulary_index (kind, word) >= 0 || is_namespaced (word);
}

char *
ouioe_vocabulary_describe (OuioeEventKind kind)
{
  return g_strjoinv (", ", (char **) ouioe_vocabulary_get_words (kind, NULL));
}
