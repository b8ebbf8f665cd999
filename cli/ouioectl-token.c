/* ouioectl-token.c - makes, lists and revokes the tokens of the daemon on this machine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ouioe-token.h"
#include "ouioectl-text.h"

typedef struct {
  OuioectlOptions *options;
  char            *path;      /* of the file */
  char            *scopes;    /* options of "create", as given; NULL when they were not */
  char            *prefix;
  char            *expires;
  char            *note;
} Token;

static void
print_object (json_t *object)
{
  char *dump = json_dumps (object, JSON_COMPACT);

  if (dump != NULL)
    ouioectl_put_json (dump, strlen (dump));
  free (dump);
  json_decref (object);
}

static int
create_token (Token *self)
{
  OuioeToken draft = { .scopes = OUIOE_SCOPE_READ | OUIOE_SCOPE_WRITE, .session_prefix = self->prefix, .note = self->note };
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  g_autofree char *id = NULL;
  gint64 lifetime_us = 0;

  if (self->scopes != NULL && !ouioe_scopes_parse (self->scopes, &draft.scopes))
    {
      ouioectl_complain (_("--scopes: “%s” is not a list of read, write, admin"), self->scopes);
      return OUIOECTL_EXIT_USAGE;
    }
  if (self->expires != NULL && !ouioectl_parse_duration (self->expires, &lifetime_us))
    {
      ouioectl_complain (_("--expires: “%s” is not a time like 90s, 30min, 24h or 7d"), self->expires);
      return OUIOECTL_EXIT_USAGE;
    }
  if (lifetime_us > 0)
    draft.expires_us = g_get_real_time () + lifetime_us;

  text = ouioe_tokens_create (self->path, &draft, &id, &error);
  if (text == NULL)
    return ouioectl_fail (error);
  if (self->options->json || self->options->ndjson)
    print_object (json_pack ("{s:s, s:s}", "id", id, "token", text));
  else
    {
      g_autofree char *line = g_strconcat (text, "\n", NULL);

      ouioectl_put (line);
    }
  return OUIOECTL_EXIT_DONE;
}

static json_t *
token_to_json (const OuioeToken *token)
{
  g_autofree char *scopes = ouioe_scopes_to_string (token->scopes);
  json_t *object = json_pack ("{s:s, s:s, s:I}", "id", token->id, "scopes", scopes, "created_us",
                              (json_int_t) token->created_us);

  if (token->session_prefix != NULL)
    json_object_set_new (object, "session_prefix", json_string (token->session_prefix));
  if (token->expires_us != 0)
    json_object_set_new (object, "expires_us", json_integer (token->expires_us));
  if (token->note != NULL)
    json_object_set_new (object, "note", json_string (token->note));
  return object;
}

static void
print_table (GPtrArray *tokens)
{
  /* TRANSLATORS: headings of columns: id of a token, what it is good for, for which sessions, since when, until when, a note */
  static const char *const headings[] = { N_("ID"), N_("SCOPES"), N_("SESSIONS"), N_("CREATED"), N_("EXPIRES"), N_("NOTE") };
  g_autoptr(OuioectlTable) table = ouioectl_table_new (headings, G_N_ELEMENTS (headings));
  gint64 now_us = g_get_real_time ();
  g_autofree char *text = NULL;

  for (guint i = 0; i < tokens->len; i++)
    {
      const OuioeToken *token = tokens->pdata[i];
      g_autofree char *scopes = ouioe_scopes_to_string (token->scopes);
      g_autofree char *sessions = token->session_prefix != NULL ? g_strconcat (token->session_prefix, "…", NULL)
                                                                : g_strdup (C_("sessions", "all"));
      g_autofree char *created = ouioectl_text_moment (token->created_us, now_us);
      g_autofree char *expires = token->expires_us == 0 ? g_strdup (C_("expires", "never"))
        : token->expires_us <= now_us ? g_strdup (C_("expires", "expired")) : ouioectl_text_moment (token->expires_us, now_us);

      ouioectl_table_add (table, token->id, scopes, sessions, created, expires, token->note != NULL ? token->note : "", NULL);
    }
  text = ouioectl_table_format (table, ouioectl_terminal_is (STDOUT_FILENO) ? ouioectl_terminal_width (STDOUT_FILENO) : 0);
  ouioectl_put (text);
}

static int
list_tokens (Token *self)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GPtrArray) tokens = ouioe_tokens_read (self->path, &error);
  json_t *array;

  if (tokens == NULL)
    return ouioectl_fail (error);
  if (self->options->ndjson)
    {
      for (guint i = 0; i < tokens->len; i++)
        print_object (token_to_json (tokens->pdata[i]));
      return OUIOECTL_EXIT_DONE;
    }
  if (!self->options->json)
    {
      print_table (tokens);
      return OUIOECTL_EXIT_DONE;
    }
  array = json_array ();
  for (guint i = 0; i < tokens->len; i++)
    json_array_append_new (array, token_to_json (tokens->pdata[i]));
  print_object (array);
  return OUIOECTL_EXIT_DONE;
}

static int
revoke_token (Token *self, const char *id)
{
  g_autoptr(GError) error = NULL;

  if (ouioe_tokens_revoke (self->path, id, &error))
    return OUIOECTL_EXIT_DONE;
  ouioectl_complain ("%s", error->message);
  return g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_NOT_FOUND) ? OUIOECTL_EXIT_NOT_FOUND : ouioectl_exit_for (error);
}

static int
run_action (Token *self, int argc, char **argv)
{
  gboolean has_id = argc > 2;

  if (strcmp (argv[1], "create") == 0 && !has_id)
    return create_token (self);
  if (strcmp (argv[1], "list") == 0 && !has_id)
    return list_tokens (self);
  if (strcmp (argv[1], "revoke") == 0 && has_id)
    return revoke_token (self, argv[2]);
  ouioectl_complain (_("usage: ouioectl token create, ouioectl token list, or ouioectl token revoke ID"));
  return OUIOECTL_EXIT_USAGE;
}

int
ouioectl_token (OuioectlOptions *options, int argc, char **argv)
{
  Token self = { .options = options };
  g_autofree char *state_dir = NULL;
  const GOptionEntry entries[] = {
    { "scopes", 's', 0, G_OPTION_ARG_STRING, &self.scopes, N_("What it is good for: read, write, admin (default: read,write)"),
      N_("WORDS") },
    { "prefix", 'p', 0, G_OPTION_ARG_STRING, &self.prefix, N_("Only for sessions whose ids begin so"), N_("TEXT") },
    { "expires", 'e', 0, G_OPTION_ARG_STRING, &self.expires, N_("For how long: 24h, 7d (default: until it is revoked)"),
      N_("TIME") },
    { "note", 'n', 0, G_OPTION_ARG_STRING, &self.note, N_("Who has it, and what for"), N_("TEXT") },
    { "state-dir", 0, 0, G_OPTION_ARG_FILENAME, &state_dir, N_("Where the daemon keeps its files (default: as it does itself)"),
      N_("DIRECTORY") },
    G_OPTION_ENTRY_NULL
  };
  int status = OUIOECTL_EXIT_USAGE;

  if (ouioectl_parse (options, entries,
                      _("The text of a token is printed once and kept nowhere; the file holds only its hash. The daemon\n"
                        "of this machine takes a change up within a moment, or at the next “reload”."), &argc, &argv, 1, 2))
    {
      self.path = ouioe_tokens_dup_path (state_dir);
      status = run_action (&self, argc, argv);
    }
  g_free (self.path);
  g_free (self.scopes);
  g_free (self.prefix);
  g_free (self.expires);
  g_free (self.note);
  return status;
}
