/* ouioe-thinking-type.c - what kind of thinking a step is, by the phrases in it
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "ouioe-step-builder.h"

#include <string.h>

/* Bytes of a step that are looked at. */
#define MAX_BYTES 4096

typedef struct {
  const char        *type;
  const char *const *phrases;   /* lower case; each counts every time it stands at the beginning of a word */
} Rule;

static const char *const planning[] = {
  "plan:", "my plan", "the plan", "plan is", "here's the plan", "let me start", "let's start", "i'll start",
  "start by", "start with", "first,", "first i", "next,", "next i", "then i", "step 1", "step 2", "the steps",
  "steps are", "i should first", "let me break", "break this down", "approach:", "outline", NULL,
};

static const char *const decision[] = {
  "decision:", "decide", "i'll go with", "i will go with", "let's go with", "i'll use", "i will use", "let's use",
  "i choose", "i'll choose", "i pick", "i'll pick", "i'll recommend", "i recommend", "settle on", "the best option",
  "best choice", "so the answer", "the answer is", "final answer", "in conclusion", "i'll answer", NULL,
};

static const char *const risk[] = {
  "risk", "danger", "be careful", "caution", "warning:", "caveat", "could break", "might break", "could fail",
  "might fail", "data loss", "lose data", "destructive", "irreversible", "cannot be undone", "can't be undone",
  "unsafe", "downtime", "lock out", "worst case", NULL,
};

static const char *const evaluation[] = {
  "check", "verify", "make sure", "wait,", "wait.", "hmm", "actually,", "is that right", "is this right",
  "is that correct", "does that", "compare", "on the other hand", "alternatively", "another option", "option a",
  "option b", "pros", "trade-off", "tradeoff", "versus", "better than", "worse than", "evaluat", NULL,
};

/* In doubt the earlier one wins. */
static const Rule rules[] = {
  { "planning",        planning },
  { "decision",        decision },
  { "risk_assessment", risk },
  { "evaluation",      evaluation },
};

static guint
count (const char *text, gsize len, const char *const *phrases)
{
  guint n = 0;

  for (; *phrases != NULL; phrases++)
    {
      gsize phrase_len = strlen (*phrases);
      const char *p = text;

      while ((p = memmem (p, len - (gsize) (p - text), *phrases, phrase_len)) != NULL)
        {
          if (p == text || !g_ascii_isalnum (p[-1]))
            n++;
          p += phrase_len;
        }
    }
  return n;
}

const char *
ouioe_thinking_type_guess (const char *text, gsize len)
{
  gsize n = MIN (len, MAX_BYTES);
  g_autofree char *lower = g_ascii_strdown (text, (gssize) n);
  const char *best = "analysis";
  guint best_count = 0;

  n = strlen (lower);   /* behind a U+0000 nothing is looked at */
  for (char *p = lower; (p = strstr (p, "\xe2\x80\x99")) != NULL;)   /* a typographic apostrophe is an apostrophe */
    {
      *p = '\'';
      memmove (p + 1, p + 3, n - (gsize) (p - lower) - 2);
      n -= 2;
    }

  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    {
      guint matches = count (lower, n, rules[i].phrases);

      if (matches > best_count)
        {
          best = rules[i].type;
          best_count = matches;
        }
    }
  return best;
}
