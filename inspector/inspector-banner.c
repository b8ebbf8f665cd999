/* inspector-banner.c - a message above the content, with one thing to do about it
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "config.h"

#include "inspector-banner.h"

struct _InspectorBanner
{
  GtkWidget    parent_instance;
  GtkRevealer *revealer;
  GtkImage    *icon;
  GtkLabel    *title;
  GtkButton   *button;
};

typedef enum { PROP_TITLE = 1, PROP_BUTTON_LABEL, PROP_ACTION_NAME, PROP_ICON_NAME, PROP_REVEALED } BannerProperty;
static GParamSpec *props[PROP_REVEALED + 1];

G_DEFINE_FINAL_TYPE (InspectorBanner, inspector_banner, GTK_TYPE_WIDGET)

static void
inspector_banner_get_property (GObject *object, guint prop_id, GValue *value, GParamSpec *pspec)
{
  InspectorBanner *self = INSPECTOR_BANNER (object);

  switch ((BannerProperty) prop_id)
    {
    case PROP_TITLE: g_value_set_string (value, gtk_label_get_text (self->title)); break;
    case PROP_BUTTON_LABEL: g_value_set_string (value, gtk_button_get_label (self->button)); break;
    case PROP_ACTION_NAME: g_value_set_string (value, gtk_actionable_get_action_name (GTK_ACTIONABLE (self->button))); break;
    case PROP_ICON_NAME: g_value_set_string (value, gtk_image_get_icon_name (self->icon)); break;
    case PROP_REVEALED: g_value_set_boolean (value, inspector_banner_get_revealed (self)); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
inspector_banner_set_property (GObject *object, guint prop_id, const GValue *value, GParamSpec *pspec)
{
  InspectorBanner *self = INSPECTOR_BANNER (object);

  switch ((BannerProperty) prop_id)
    {
    case PROP_TITLE: inspector_banner_set_title (self, g_value_get_string (value)); break;
    case PROP_BUTTON_LABEL:
      gtk_button_set_label (self->button, g_value_get_string (value) != NULL ? g_value_get_string (value) : "");
      gtk_widget_set_visible (GTK_WIDGET (self->button), g_value_get_string (value) != NULL);
      break;
    case PROP_ACTION_NAME:
      gtk_actionable_set_action_name (GTK_ACTIONABLE (self->button), g_value_get_string (value));
      break;
    case PROP_ICON_NAME: gtk_image_set_from_icon_name (self->icon, g_value_get_string (value)); break;
    case PROP_REVEALED: inspector_banner_set_revealed (self, g_value_get_boolean (value)); break;
    default: G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
inspector_banner_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), INSPECTOR_TYPE_BANNER);
  G_OBJECT_CLASS (inspector_banner_parent_class)->dispose (object);
}

static void
inspector_banner_class_init (InspectorBannerClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  object_class->dispose = inspector_banner_dispose;
  object_class->get_property = inspector_banner_get_property;
  object_class->set_property = inspector_banner_set_property;
  props[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, "", flags);
  props[PROP_BUTTON_LABEL] = g_param_spec_string ("button-label", NULL, NULL, NULL, flags);
  props[PROP_ACTION_NAME] = g_param_spec_string ("action-name", NULL, NULL, NULL, flags);
  props[PROP_ICON_NAME] = g_param_spec_string ("icon-name", NULL, NULL, NULL, flags);
  props[PROP_REVEALED] = g_param_spec_boolean ("revealed", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, G_N_ELEMENTS (props), props);
  gtk_widget_class_set_layout_manager_type (widget_class, GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (widget_class, "inspectorbanner");
  gtk_widget_class_set_template_from_resource (widget_class, "/org/ouioe/Inspector/inspector-banner.ui");
  gtk_widget_class_bind_template_child (widget_class, InspectorBanner, revealer);
  gtk_widget_class_bind_template_child (widget_class, InspectorBanner, icon);
  gtk_widget_class_bind_template_child (widget_class, InspectorBanner, title);
  gtk_widget_class_bind_template_child (widget_class, InspectorBanner, button);
}

static void
inspector_banner_init (InspectorBanner *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

const char *
inspector_banner_get_title (InspectorBanner *self)
{
  return gtk_label_get_text (self->title);
}

void
inspector_banner_set_title (InspectorBanner *self, const char *title)
{
  const char *text = title != NULL ? title : "";

  if (g_strcmp0 (gtk_label_get_text (self->title), text) == 0)
    return; /* said once, not again with every attempt */
  gtk_label_set_text (self->title, text);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_TITLE]);
}

gboolean
inspector_banner_get_revealed (InspectorBanner *self)
{
  return gtk_revealer_get_reveal_child (self->revealer);
}

void
inspector_banner_set_revealed (InspectorBanner *self, gboolean is_revealed)
{
  if (inspector_banner_get_revealed (self) == is_revealed)
    return;
  gtk_revealer_set_reveal_child (self->revealer, is_revealed);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_REVEALED]);
}
