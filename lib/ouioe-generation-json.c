/* ouioe-generation-json.c - a generation as text, for programs
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 *
 * Apart from ouioe-generation.c, which needs nothing of the codec and so can stand alone in a program.
 */
#include "config.h"

#include "ouioe-generation-private.h"

/**
 * ouioe_generation_to_json:
 * @self: a generation
 *
 * Makes the text that the member "generation" of a session has.
 *
 * Returns: (transfer full): a JSON object
 */
char *
ouioe_generation_to_json (OuioeGeneration *self)
{
  GString *out;

  g_return_val_if_fail (self != NULL, NULL);

  out = g_string_sized_new (256);
  ouioe_generation_write (self, out);
  return g_string_free (out, FALSE);
}
