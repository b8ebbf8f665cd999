/* ouioectl-doctor-service.c - checks of the running daemon
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "ouioectl-findings.h"

#include "ouioectl-bus.h"
#include "ouioectl-service.h"
#include "ouioectl-text.h"

#define MAX_SKEW_US        (2 * G_USEC_PER_SEC)
#define MAX_STORE_MS       1000
/* Each reader needs one; below this not even a small team can watch. */
#define MIN_DESCRIPTORS    1024
#define MAX_DESCRIPTOR_USE 0.8

static void
check_version (OuioectlFindings *findings, const OuioectlService *service)
{
  gboolean same = g_strcmp0 (service->version, OUIOE_VERSION) == 0;

  ouioectl_findings_take (findings, same ? OUIOECTL_FINDING_OK : OUIOECTL_FINDING_FAULT, "version",
                          service->version != NULL
                            ? g_strdup_printf (_("the daemon is %s, ouioectl is %s"), service->version, OUIOE_VERSION)
                            : g_strdup_printf (_("the daemon tells no version, ouioectl is %s"), OUIOE_VERSION),
                          same ? NULL : _("install the same version of both and restart the daemon"));
}

static void
check_clock (OuioectlFindings *findings, const OuioectlService *service)
{
  g_autofree char *skew = ouioectl_text_duration (service->skew_us < 0 ? -service->skew_us : service->skew_us);

  if (service->skew_us > -MAX_SKEW_US && service->skew_us < MAX_SKEW_US)
    ouioectl_findings_take (findings, OUIOECTL_FINDING_OK, "clock", g_strdup (_("the daemon's clock agrees with this one")),
                            NULL);
  else
    ouioectl_findings_take (findings, OUIOECTL_FINDING_FAULT, "clock",
                            /* TRANSLATORS: %s is how long, like "3 min 05 s" */
                            g_strdup_printf (service->skew_us < 0 ? _("the daemon's clock is %s behind this one")
                                                                  : _("the daemon's clock is %s ahead of this one"), skew),
                            _("set both clocks by NTP (timedatectl set-ntp true); else ages and expiry are wrong"));
}

static void
check_store (OuioectlFindings *findings, const OuioectlService *service)
{
  const char *store = service->store != NULL ? service->store : _("store");

  if (service->store_trouble != NULL)
    ouioectl_findings_take (findings, OUIOECTL_FINDING_FAULT, "store",
                            g_strdup_printf ("%s: %s", store, service->store_trouble),
                            _("look into the log of the daemon (journalctl --user -u ouioed) and at its disk"));
  else if (service->store_latency_ms > MAX_STORE_MS)
    ouioectl_findings_take (findings, OUIOECTL_FINDING_FAULT, "store",
                            /* TRANSLATORS: %s is the kind of the store, like "sqlite" */
                            g_strdup_printf (_("%s: a commit takes %.0f ms"), store, service->store_latency_ms),
                            _("move the state directory to a faster disk, or find out what keeps this one busy"));
  else
    ouioectl_findings_take (findings, OUIOECTL_FINDING_OK, "store", g_strdup_printf (_("%s: commits and reads"), store), NULL);
}

static void
check_ready (OuioectlFindings *findings, const OuioectlService *service)
{
  if (service->draining)
    ouioectl_findings_take (findings, OUIOECTL_FINDING_FAULT, "ready", g_strdup (_("the daemon is about to leave")),
                            _("wait until it is gone, then start it again"));
  else if (!service->ready && service->store_trouble == NULL)
    ouioectl_findings_take (findings, OUIOECTL_FINDING_FAULT, "ready", g_strdup (_("the daemon is not ready")),
                            _("look into its log: journalctl --user -u ouioed"));
}

static void
check_descriptors (OuioectlFindings *findings, const OuioectlService *service)
{
  /* TRANSLATORS: file descriptors */
  g_autofree char *text = g_strdup_printf (_("%.0f of %.0f in use"), service->open_fds, service->max_fds);
  const char *advice = NULL;

  if (service->max_fds < 0 || service->open_fds < 0)
    {
      ouioectl_findings_take (findings, OUIOECTL_FINDING_NOTE, "descriptors", g_strdup (_("the daemon does not tell")), NULL);
      return;
    }
  if (service->max_fds < MIN_DESCRIPTORS || service->open_fds > MAX_DESCRIPTOR_USE * service->max_fds)
    advice = _("raise the limit: LimitNOFILE=65536 in the unit, or “ulimit -n 65536” before the start");
  ouioectl_findings_take (findings, advice != NULL ? OUIOECTL_FINDING_FAULT : OUIOECTL_FINDING_OK, "descriptors",
                          g_steal_pointer (&text), advice);
}

/* ---- the bus ---- */

static void
check_bus (OuioectlFindings *findings, const OuioectlService *service)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GDBusConnection) session = ouioectl_bus_open_session (&error);
  g_autoptr(GDBusConnection) system = NULL;
  g_autofree char *owner = session != NULL ? ouioectl_bus_dup_owner (session) : NULL;
  gboolean claims = service != NULL && service->bus_name != NULL;

  if (owner == NULL && claims)
    {
      system = ouioectl_bus_open_system (NULL);
      owner = system != NULL ? ouioectl_bus_dup_owner (system) : NULL;
    }

  if (error != NULL)
    ouioectl_findings_take (findings, OUIOECTL_FINDING_FAULT, "bus",
                            g_strdup_printf (_("the session bus cannot be reached: %s"), error->message),
                            _("correct or unset DBUS_SESSION_BUS_ADDRESS, or log in anew"));
  else if (owner != NULL && service != NULL && !claims)
    ouioectl_findings_take (findings, OUIOECTL_FINDING_FAULT, "bus",
                            g_strdup_printf (_("%s belongs to another daemon than the one at this address"), OUIOECTL_BUS_NAME),
                            _("stop one of the two; “ouioectl reload” and bus clients reach the other one"));
  else if (owner != NULL)
    ouioectl_findings_take (findings, OUIOECTL_FINDING_OK, "bus", g_strdup_printf (_("%s is there"), OUIOECTL_BUS_NAME), NULL);
  else if (claims)
    ouioectl_findings_take (findings, OUIOECTL_FINDING_FAULT, "bus",
                            g_strdup_printf (_("%s has no owner on the bus of this session"), OUIOECTL_BUS_NAME),
                            _("the daemon is on another bus: start it in this session (systemctl --user restart ouioed)"));
  else
    ouioectl_findings_take (findings, OUIOECTL_FINDING_NOTE, "bus",
                            g_strdup (session == NULL ? _("there is no session bus here") : _("the daemon is on no bus")),
                            NULL);
}

/* ---- which one ---- */

/* By the rule of the library, which all commands share. */
static const char *
why_this (const OuioectlDoctor *self, const char *address)
{
  const char *from_environment = g_getenv ("OUIOE_ADDRESS");

  if (self->address != NULL && *self->address != '\0')
    return _("as --address says");
  if (from_environment != NULL && *from_environment != '\0')
    return _("as $OUIOE_ADDRESS says");
  return ouioectl_bus_is_address (address) ? _("it is on the session bus, or would be started there")
                                           : _("the default, as the session bus does not know it");
}

static void
check_address (const OuioectlDoctor *self, OuioectlFindings *findings, const char *address, const GError *error)
{
  const char *why = why_this (self, address);
  const char *advice;

  if (error == NULL)
    {
      ouioectl_findings_take (findings, OUIOECTL_FINDING_OK, "address",
                              /* TRANSLATORS: the address, and why it is this one, like "as --address says" */
                              g_strdup_printf (_("ouioed answers at %s (%s)"), address, why), NULL);
      return;
    }
  if (g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_CONFIGURATION))
    advice = _("correct --address or $OUIOE_ADDRESS");
  else if (g_error_matches (error, OUIOE_ERROR, OUIOE_ERROR_PROTOCOL))
    advice = _("another program has this address: stop it, or give ouioed another one (listen= in ouioed.conf)");
  else
    advice = _("start the daemon (systemctl --user start ouioed, or ouioed &), or correct the address");
  ouioectl_findings_take (findings, OUIOECTL_FINDING_FAULT, "address",
                          g_strdup_printf ("%s: %s (%s)", address, error->message, why), advice);
}

/* ---- all of them ---- */

gboolean
ouioectl_doctor_check_service (const OuioectlDoctor *self, OuioectlFindings *findings)
{
  g_autoptr(OuioeClient) client = ouioe_client_new (self->address);
  const char *address = ouioe_client_get_address (client);
  gboolean is_local;
  g_autoptr(GError) error = NULL;
  g_autoptr(OuioectlService) service = ouioectl_service_ask (address, &is_local, &error);

  check_address (self, findings, address, error);
  if (service != NULL)
    {
      check_version (findings, service);
      if (!ouioectl_bus_is_address (address))
        check_clock (findings, service);   /* over a bus it is the same clock */
      check_ready (findings, service);
      check_store (findings, service);
      check_descriptors (findings, service);
    }
  if (is_local)
    check_bus (findings, service);
  return is_local;
}
