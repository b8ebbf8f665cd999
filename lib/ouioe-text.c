/* ouioe-text.c - text that may contain U+0000, which JSON allows and C strings do not
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "config.h"

#include "ouioe-text.h"

#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

OuioeText
ouioe_text_new (const char *str, gssize len)
{
  OuioeText text = { NULL, 0 };

  if (str == NULL)
    return text;

  text.len = len < 0 ? strlen (str) : (gsize) len;
  text.str = g_malloc (text.len + 1);
  memcpy (text.str, str, text.len);
  text.str[text.len] = '\0';
  return text;
}

OuioeText
ouioe_text_copy (const OuioeText *text)
{
  return ouioe_text_new (text->str, (gssize) text->len);
}

void
ouioe_text_clear (OuioeText *text)
{
  g_clear_pointer (&text->str, g_free);
  text->len = 0;
}

char *
ouioe_text_to_c (const OuioeText *text)
{
  GString *shown;

  if (text->str == NULL)
    return NULL;
  if (memchr (text->str, '\0', text->len) == NULL)
    return g_strndup (text->str, text->len);

  shown = g_string_sized_new (text->len + 16);
  for (gsize i = 0; i < text->len; i++)
    {
      if (text->str[i] == '\0')
        g_string_append (shown, REPLACEMENT);
      else
        g_string_append_c (shown, text->str[i]);
    }
  return g_string_free (shown, FALSE);
}

OuioeTextList
ouioe_text_list_new_strv (const char *const *strv)
{
  OuioeTextList list = { NULL, 0 };

  if (strv == NULL || strv[0] == NULL)
    return list;

  list.n = g_strv_length ((char **) strv);
  list.items = g_new (OuioeText, list.n);
  for (guint i = 0; i < list.n; i++)
    list.items[i] = ouioe_text_new (strv[i], -1);
  return list;
}

void
ouioe_text_list_clear (OuioeTextList *list)
{
  for (guint i = 0; i < list->n; i++)
    ouioe_text_clear (&list->items[i]);
  g_clear_pointer (&list->items, g_free);
  list->n = 0;
}

char **
ouioe_text_list_to_strv (const OuioeTextList *list)
{
  char **strv = g_new0 (char *, list->n + 1);

  for (guint i = 0; i < list->n; i++)
    strv[i] = ouioe_text_to_c (&list->items[i]);
  return strv;
}
