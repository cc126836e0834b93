/* Reads a calibration from a .poni file, as pyFAI writes them: versions 1, 2 and 2.1.
 *
 * Lines of "Key: value", keys in any case, # for remarks.  The file is a log to which every
 * calibration appends: the last entry for a key holds.
 * https://pyfai.readthedocs.io/en/stable/geometry.html
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "poni.h"

#include <json-glib/json-glib.h>
#include <math.h>
#include <string.h>

/* Where in the file we are, for the error sentences. */
struct place {
    const char *path;
    int line;
    char **why;
};

static bool refuse(const struct place *at, const char *fmt, ...) G_GNUC_PRINTF(2, 3);

static bool refuse(const struct place *at, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *what = g_strdup_vprintf(fmt, args);
    va_end(args);
    char *where = at->line > 0 ? g_strdup_printf("%s, line %d", at->path, at->line) : g_strdup(at->path);
    char *sentence = g_strdup_printf("%s: %s", where, what);
    *at->why = g_utf8_make_valid(sentence, -1);
    g_free(sentence);
    g_free(where);
    g_free(what);
    return false;
}

/* "None" is what pyFAI writes for what it does not know. */
static bool read_number(const struct place *at, const char *key, const char *value, double *number)
{
    char *end;
    if (g_ascii_strcasecmp(value, "none") == 0) {
        *number = NAN;
        return true;
    }
    *number = g_ascii_strtod(value, &end);
    if (end == value || *end || !isfinite(*number))
        return refuse(at, "%s is \"%s\", which is not a number", key, value);
    return true;
}

static bool read_length(const struct place *at, const char *key, const char *value, double *number)
{
    if (!read_number(at, key, value, number))
        return false;
    if (*number <= 0)
        return refuse(at, "%s is %s m: it must be greater than 0", key, value);
    return true;
}

static bool read_wavelength(const struct place *at, const char *value, double *number)
{
    if (!read_length(at, "Wavelength", value, number))
        return false;
    if (*number > WAVELENGTH_MAX && *number * 1e-10 >= WAVELENGTH_MIN && *number * 1e-10 <= WAVELENGTH_MAX)
        return refuse(at,
                      "Wavelength is %s m, 1e10 times too long: .poni files hold metres, and this looks like "
                      "angstrom; it should be %ge-10",
                      value, *number);
    if (*number < WAVELENGTH_MIN || *number > WAVELENGTH_MAX)
        return refuse(at, "Wavelength is %s m: X-rays have %g to %g m", value, WAVELENGTH_MIN,
                      WAVELENGTH_MAX);
    return true;
}

static bool read_version(const struct place *at, const char *value)
{
    double version;
    if (!read_number(at, "poni_version", value, &version))
        return false;
    if (version != 1 && version != 2 && version != 2.1)
        return refuse(at, "poni_version is %s: this reader knows 1, 2 and 2.1", value);
    return true;
}

/* ---- Detector_config: a JSON object ---- */

static bool config_length(const struct place *at, JsonObject *config, const char *key, double *number)
{
    JsonNode *node = json_object_get_member(config, key);
    if (!node || JSON_NODE_HOLDS_NULL(node))
        return true;
    if (!JSON_NODE_HOLDS_VALUE(node) ||
        (json_node_get_value_type(node) != G_TYPE_DOUBLE && json_node_get_value_type(node) != G_TYPE_INT64))
        return refuse(at, "Detector_config: %s is not a number", key);
    double value = json_node_get_double(node);
    if (!(value > 0 && isfinite(value)))
        return refuse(at, "Detector_config: %s is %g m: it must be greater than 0", key, value);
    *number = value;
    return true;
}

static bool config_orientation(const struct place *at, JsonObject *config, int *orientation)
{
    JsonNode *node = json_object_get_member(config, "orientation");
    if (!node || JSON_NODE_HOLDS_NULL(node))
        return true;
    gint64 value = JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_INT64
                       ? json_node_get_int(node)
                       : -1;
    if (value < 0 || value > 4)
        return refuse(at, "Detector_config: orientation must be 1, 2, 3 or 4");
    *orientation = (int)value; /* 0: the default */
    return true;
}

static bool is_count(JsonNode *node)
{
    return JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_INT64 &&
           json_node_get_int(node) > 0;
}

static bool config_shape(const struct place *at, JsonObject *config, struct poni *p)
{
    JsonNode *node = json_object_get_member(config, "max_shape");
    if (!node || JSON_NODE_HOLDS_NULL(node))
        return true;
    JsonArray *shape = JSON_NODE_HOLDS_ARRAY(node) ? json_node_get_array(node) : NULL;
    if (!shape || json_array_get_length(shape) != 2 || !is_count(json_array_get_element(shape, 0)) ||
        !is_count(json_array_get_element(shape, 1)))
        return refuse(at, "Detector_config: max_shape must be [rows, columns]");
    p->rows = (size_t)json_array_get_int_element(shape, 0);
    p->cols = (size_t)json_array_get_int_element(shape, 1);
    return true;
}

static bool config_spline(const struct place *at, JsonObject *config)
{
    JsonNode *node = json_object_get_member(config, "splineFile");
    if (!node || JSON_NODE_HOLDS_NULL(node))
        return true;
    return refuse(at, "Detector_config names a distortion file (splineFile), which is not applied here: "
                      "correct the frames for distortion first, and calibrate those");
}

static bool read_config(const struct place *at, const char *value, struct poni *p)
{
    GError *error = NULL;
    JsonParser *parser = json_parser_new();
    bool good = json_parser_load_from_data(parser, value, -1, &error);
    JsonNode *root = good ? json_parser_get_root(parser) : NULL;
    if (!good || !root || !JSON_NODE_HOLDS_OBJECT(root)) {
        good = refuse(at, "Detector_config is not a JSON object%s%s", error ? ": " : "",
                      error ? error->message : "");
    } else {
        JsonObject *config = json_node_get_object(root);
        p->orientation = 0;
        p->rows = p->cols = 0;
        p->pixel1 = p->pixel2 = NAN;
        good = config_length(at, config, "pixel1", &p->pixel1) &&
               config_length(at, config, "pixel2", &p->pixel2) &&
               config_orientation(at, config, &p->orientation) && config_shape(at, config, p) &&
               config_spline(at, config);
    }
    g_clear_error(&error);
    g_object_unref(parser);
    return good;
}

/* ---- Lines ---- */

static bool read_spline(const struct place *at, const char *value)
{
    if (!*value || g_ascii_strcasecmp(value, "none") == 0)
        return true;
    return refuse(at,
                  "SplineFile is \"%s\": distortion is not corrected here; correct the frames first, "
                  "and calibrate those",
                  value);
}

static bool read_entry(const struct place *at, const char *key, const char *value, struct poni *p)
{
    if (strcmp(key, "poni_version") == 0)
        return read_version(at, value);
    if (strcmp(key, "distance") == 0 || strcmp(key, "dist") == 0)
        return read_length(at, "Distance", value, &p->dist);
    if (strcmp(key, "poni1") == 0)
        return read_number(at, "Poni1", value, &p->poni1);
    if (strcmp(key, "poni2") == 0)
        return read_number(at, "Poni2", value, &p->poni2);
    if (strcmp(key, "rot1") == 0)
        return read_number(at, "Rot1", value, &p->rot1);
    if (strcmp(key, "rot2") == 0)
        return read_number(at, "Rot2", value, &p->rot2);
    if (strcmp(key, "rot3") == 0)
        return read_number(at, "Rot3", value, &p->rot3);
    if (strcmp(key, "wavelength") == 0)
        return read_wavelength(at, value, &p->wavelength);
    if (strcmp(key, "pixelsize1") == 0)
        return read_length(at, "PixelSize1", value, &p->pixel1);
    if (strcmp(key, "pixelsize2") == 0)
        return read_length(at, "PixelSize2", value, &p->pixel2);
    if (strcmp(key, "splinefile") == 0)
        return read_spline(at, value);
    if (strcmp(key, "detector") == 0)
        g_strlcpy(p->detector, value, sizeof p->detector);
    if (strcmp(key, "detector_config") == 0)
        return read_config(at, value, p);
    return true; /* something of a newer program, or of the user's */
}

static bool read_line(const struct place *at, char *line, struct poni *p)
{
    char *colon = strchr(line, ':');
    g_strstrip(line);
    if (*line == '#' || !colon)
        return true;
    *colon = '\0';
    char *key = g_strstrip(g_ascii_strdown(line, -1));
    char *value = g_strstrip(colon + 1);
    char *remark = strchr(value, '#');
    if (remark && *value != '{') {
        *remark = '\0';
        g_strchomp(value);
    }
    bool good = read_entry(at, key, value, p);
    g_free(key);
    return good;
}

/* What a named detector implies, where the file does not say it. */
static void complete(struct poni *p)
{
    const struct detector *d = detector_find(p->detector);
    if (d) {
        p->pixel1 = isnan(p->pixel1) ? d->pixel : p->pixel1;
        p->pixel2 = isnan(p->pixel2) ? d->pixel : p->pixel2;
        if (p->rows == 0 && p->pixel1 == d->pixel && p->pixel2 == d->pixel) {
            p->rows = d->rows;
            p->cols = d->cols;
        }
    }
    p->unknown_detector = !d && *p->detector && g_ascii_strcasecmp(p->detector, "detector") != 0;
}

bool poni_read(const char *path, struct poni *poni, char **why)
{
    struct place at = {path, 0, why};
    GError *error = NULL;
    char *text = NULL;
    gsize length = 0;
    *poni = (struct poni){.dist = NAN,
                          .poni1 = NAN,
                          .poni2 = NAN,
                          .rot1 = NAN,
                          .rot2 = NAN,
                          .rot3 = NAN,
                          .wavelength = NAN,
                          .pixel1 = NAN,
                          .pixel2 = NAN};
    if (!g_file_get_contents(path, &text, &length, &error)) {
        *why = g_strdup(error->message);
        g_error_free(error);
        return false;
    }
    bool good = true;
    if (memchr(text, '\0', length))
        good = refuse(&at, "this is not a .poni file: it is not text");
    char *line = g_str_has_prefix(text, "\xef\xbb\xbf") ? text + 3 : text; /* a byte order mark */
    while (good && line) {
        char *end = line + strcspn(line, "\r\n");
        char *next = *end ? end + (end[0] == '\r' && end[1] == '\n' ? 2 : 1) : NULL;
        *end = '\0';
        at.line++;
        good = read_line(&at, line, poni);
        line = next;
    }
    complete(poni);
    at.line = 0;
    if (good && isnan(poni->dist) && isnan(poni->poni1) && isnan(poni->poni2))
        good = refuse(&at, "this is not a .poni file: it has no Distance, Poni1 and Poni2");
    g_free(text);
    return good;
}
