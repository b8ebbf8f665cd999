/* inspector-query.c - what is searched or filtered for: words, "exact words", kind:risk, conf<0.5, user:alice
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-query.h"

#include <string.h>

#include "inspector-format.h"
#include "inspector-kind.h"

/* A query is typed by hand. */
#define MAX_PARTS 32

typedef enum {
  PART_TEXT,
  PART_KIND,
  PART_USER,
  PART_CONF,
} PartKind;

typedef enum { LESS, AT_MOST, MORE, AT_LEAST, EQUAL } Comparison;

typedef struct {
  PartKind   kind;
  char      *word;         /* lower case; of CONF NULL */
  Comparison comparison;   /* of CONF */
  double     value;        /* of CONF */
} Part;

struct _InspectorQuery
{
  GArray *parts;   /* Part */
};

static void
part_clear (gpointer data)
{
  g_free (((Part *) data)->word);
}

/* ---- reading ---- */

static void
add_part (InspectorQuery *self, PartKind kind, const char *word)
{
  Part part = { .kind = kind, .word = inspector_format_folded (word) };

  g_array_append_val (self->parts, part);
}

/* "<0.5", ">=80%" */
static gboolean
add_conf (InspectorQuery *self, const char *text)
{
  static const struct {
    const char *sign;
    Comparison  comparison;
  } signs[] = { { "<=", AT_MOST }, { ">=", AT_LEAST }, { "<", LESS }, { ">", MORE }, { "=", EQUAL }, { ":", EQUAL } };
  char *end;

  for (guint i = 0; i < G_N_ELEMENTS (signs); i++)
    {
      Part part = { .kind = PART_CONF, .comparison = signs[i].comparison };
      const char *number = text + strlen (signs[i].sign);

      if (!g_str_has_prefix (text, signs[i].sign))
        continue;
      part.value = g_ascii_strtod (number, &end);
      if (end == number || (*end != '\0' && strcmp (end, "%") != 0))
        return FALSE;
      if (*end == '%')
        part.value /= 100;
      g_array_append_val (self->parts, part);
      return TRUE;
    }
  return FALSE;
}

/* FALSE: it cannot be read. */
static gboolean
add_token (InspectorQuery *self, const char *token)
{
  if (g_str_has_prefix (token, "kind:"))
    {
      add_part (self, PART_KIND, token + strlen ("kind:"));
      return token[strlen ("kind:")] != '\0';
    }
  if (g_str_has_prefix (token, "user:"))
    {
      add_part (self, PART_USER, token + strlen ("user:"));
      return token[strlen ("user:")] != '\0';
    }
  if (g_str_has_prefix (token, "conf") && token[4] != '\0' && strchr ("<>=:", token[4]) != NULL)
    return add_conf (self, token + strlen ("conf"));
  add_part (self, PART_TEXT, token);
  return TRUE;
}

static gboolean
parse (InspectorQuery *self, const char *text)
{
  while (*text != '\0')
    {
      const char *end;
      g_autofree char *token = NULL;

      if (g_ascii_isspace (*text))
        {
          text++;
          continue;
        }
      if (self->parts->len == MAX_PARTS)
        return FALSE;
      if (*text == '"')
        {
          end = strchr (text + 1, '"');
          if (end == NULL || end == text + 1)
            return FALSE;
          token = g_strndup (text + 1, (gsize) (end - text - 1));
          add_part (self, PART_TEXT, token);
          text = end + 1;
          continue;
        }
      end = text + strcspn (text, " \t\n\"");
      token = g_strndup (text, (gsize) (end - text));
      if (!add_token (self, token))
        return FALSE;
      text = end;
    }
  return TRUE;
}

InspectorQuery *
inspector_query_new (const char *text)
{
  InspectorQuery *self = g_new0 (InspectorQuery, 1);
  g_autofree char *stripped = g_strstrip (g_strdup (text));

  self->parts = g_array_new (FALSE, FALSE, sizeof (Part));
  g_array_set_clear_func (self->parts, part_clear);
  if (!parse (self, stripped))
    {
      g_array_set_size (self->parts, 0);
      add_part (self, PART_TEXT, stripped);
    }
  return self;
}

void
inspector_query_free (InspectorQuery *self)
{
  g_array_unref (self->parts);
  g_free (self);
}

gboolean
inspector_query_is_empty (InspectorQuery *self)
{
  return self->parts->len == 0;
}

/* ---- comparing ---- */

static gboolean
begins (const char *text, const char *word)
{
  g_autofree char *folded = text != NULL ? inspector_format_folded (text) : NULL;

  return folded != NULL && g_str_has_prefix (folded, word);
}

/* Its word on the wire or its name, from the beginning. */
static gboolean
is_kind (InspectorChainItem *item, const char *word)
{
  const InspectorKind *kind = inspector_kind_for_item (item);
  const char *type = inspector_chain_item_get_type_word (item);

  return begins (type, word) || begins (inspector_kind_name_word (kind, type), word) ||
         begins (inspector_kind_title_word (kind, type), word);
}

static gboolean
is_conf (InspectorChainItem *item, const Part *part)
{
  double confidence;

  if (!inspector_chain_item_get_confidence (item, &confidence))
    return FALSE;
  switch (part->comparison)
    {
    case LESS:
      return confidence < part->value;
    case AT_MOST:
      return confidence <= part->value;
    case MORE:
      return confidence > part->value;
    case AT_LEAST:
      return confidence >= part->value;
    case EQUAL:
    default:
      return confidence > part->value - 0.005 && confidence < part->value + 0.005;
    }
}

static gboolean
holds (const Part *part, InspectorChainItem *item, const char *user_id)
{
  switch (part->kind)
    {
    case PART_KIND:
      return is_kind (item, part->word);
    case PART_USER:
      return begins (user_id, part->word);
    case PART_CONF:
      return is_conf (item, part);
    case PART_TEXT:
    default:
      return strstr (inspector_chain_item_get_folded (item), part->word) != NULL;
    }
}

gboolean
inspector_query_matches (InspectorQuery *self, InspectorChainItem *item, const char *user_id)
{
  for (guint i = 0; i < self->parts->len; i++)
    {
      if (!holds (&g_array_index (self->parts, Part, i), item, user_id))
        return FALSE;
    }
  return TRUE;
}

/* Whether @word, in lower case, stands at @text; @end: behind it */
static gboolean
stands_at (const char *text, const char *word, const char **end)
{
  while (*word != '\0')
    {
      if (*text == '\0' || g_unichar_tolower (g_utf8_get_char (text)) != g_utf8_get_char (word))
        return FALSE;
      text = g_utf8_next_char (text);
      word = g_utf8_next_char (word);
    }
  *end = text;
  return TRUE;
}

gboolean
inspector_query_find (InspectorQuery *self, const char *text, gsize from, gsize *begin, gsize *end)
{
  for (const char *p = text + from; *p != '\0'; p = g_utf8_next_char (p))
    {
      for (guint i = 0; i < self->parts->len; i++)
        {
          const Part *part = &g_array_index (self->parts, Part, i);
          const char *behind;

          if (part->kind != PART_TEXT || *part->word == '\0' || !stands_at (p, part->word, &behind))
            continue;
          *begin = (gsize) (p - text);
          *end = (gsize) (behind - text);
          return TRUE;
        }
    }
  return FALSE;
}
