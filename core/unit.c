/* Units of measurement, by UDUNITS-2.
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * UDUNITS-2 is not safe for threads and slow to parse, so each text is parsed once, under a lock,
 * into what is all that conversions need: the product of base units that it measures in, a scale
 * and an offset, such that base = scale * (x + offset).
 */
#include "unit.h"
#include "error.h"
#include "text.h"

#include <float.h>
#include <locale.h>
#include <math.h>
#include <string.h>
#include <udunits2.h>

typedef struct unit {
    const char *measures_in;   /* "m^-1": interned, so that equal means equal pointers */
    double      scale, offset;
} unit;

/* What a unit measures, for sentences. */
static const struct kind {
    const char *unit, *what;
} kinds[] = {
    {"1", "a plain number"},
    {"m", "a length"},
    {"1/m", "an inverse length"},
    {"m^2", "an area"},
    {"m^3", "a volume"},
    {"1/m^2", "an inverse area"},
    {"1/m^3", "a number density"},
    {"K", "a temperature"},
    {"1/K", "an inverse temperature"},
    {"s", "a time"},
    {"1/s", "a rate"},
    {"K/s", "a heating rate"},
    {"m/s", "a velocity"},
    {"kg", "a mass"},
    {"kg/m^3", "a density"},
    {"mol", "an amount of substance"},
    {"kg/mol", "a molar mass"},
    {"N", "a force"},
    {"N/s", "a loading rate"},
    {"N/m", "a stiffness"},
    {"Pa", "a pressure"},
    {"J", "an energy"},
    {"J/s", "a power"},
    {"J/kg", "an energy per mass"},
    {"J/mol", "an energy per mole"},
    {"J/(kg K)", "a specific heat"},
    {"J/(mol K)", "a molar heat capacity"},
    {"J/K", "a heat capacity"},
    {"W/kg", "a power per mass"},
    {"m^2/kg", "a mass attenuation coefficient"},
    {"rad", "an angle"},
    {"sr", "a solid angle"},
    {"rad/s", "an angular velocity"},
    {"A", "an electric current"},
    {"C", "an electric charge"},
    {"V", "a voltage"},
    {"electron", "a number of electrons"},
};

/* Names that people try, to suggest the nearest one. */
static const char *const common[] = {
    "angstrom",   "nm",    "um",      "mm",   "cm",      "m",      "micrometer", "nanometer",
    "millimeter", "K",     "kelvin",  "degC", "celsius", "deg",    "degree",     "rad",
    "mrad",       "s",     "ms",      "min",  "second",  "minute", "hour",       "eV",
    "keV",        "J",     "mJ",      "kJ",   "mol",     "g",      "mg",         "kg",
    "gram",       "Pa",    "MPa",     "GPa",  "N",       "mN",     "uN",         "newton",
    "W",          "mW",    "V",       "mV",   "Hz",      "count",  "electron",   "photon",
    "atom",       "pixel", "percent", "barn", "pascal",  "joule",  "mole",       NULL,
};

static GMutex      lock;
static ut_system  *system_of_units;      /* these five under the lock */
static ut_unit    *one;
static GHashTable *known;                /* text -> unit; only texts that parsed */
static const char *kind_in[G_N_ELEMENTS(kinds)];
static bool        tried;

enum { MOST_KNOWN = 4096 };

/* ---- Texts as people write them --------------------------------------------------------- */

static void append_plain(GString *out, gunichar c, gunichar before)
{
    static const gunichar superscript[] = {0x2070, 0xb9, 0xb2, 0xb3, 0x2074, 0x2075, 0x2076, 0x2077,
                                           0x2078, 0x2079, 0x207a, 0x207b};
    static const char     plain[] = "0123456789+-";
    for (size_t i = 0; i < G_N_ELEMENTS(superscript); i++)
        if (c == superscript[i]) {
            for (size_t j = 0; before && j < G_N_ELEMENTS(superscript); j++)
                if (before == superscript[j])
                    before = 0;
            if (before)
                g_string_append_c(out, '^');
            g_string_append_c(out, plain[i]);
            return;
        }
    if (c == 0x2212 || c == 0x2013)                      /* minus sign, en dash */
        g_string_append_c(out, '-');
    else if (c == 0xb7 || c == 0x22c5 || c == 0xd7)      /* dots and cross for multiplication */
        g_string_append_c(out, '*');
    else if (c == 0x3bc)                                 /* Greek mu for micro */
        g_string_append_unichar(out, 0xb5);
    else if (g_unichar_isspace(c))
        g_string_append_c(out, ' ');
    else
        g_string_append_unichar(out, c);
}

/* "Å⁻¹" becomes "Å^-1": one spelling of what UDUNITS-2 knows; NULL where it is no UTF-8. */
static char *plain_text(const char *text)
{
    g_autofree char *composed = g_utf8_normalize(text, -1, G_NORMALIZE_NFC);
    if (!composed)
        return NULL;
    GString *out = g_string_new(NULL);
    gunichar before = 0;
    for (const char *p = composed; *p; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);
        append_plain(out, c, before);
        before = c;
    }
    return g_strstrip(g_string_free(out, FALSE));
}

static bool is_exponent(const char *p)
{
    p += strspn(p, " ");
    p += *p == '-' || *p == '+';
    size_t n = strspn(p, "0123456789");
    return n > 0 && !(p[n] == '.' && g_ascii_isdigit(p[n + 1]));
}

/* UDUNITS-2 takes "m^0.5" and "m0.5" for m^0 times 5, and stops without a word at a bracket too many. */
static bool is_sound(const char *text)
{
    int open = 0;
    for (const char *p = text; *p; p++) {
        open += (*p == '(') - (*p == ')');
        bool power = *p == '^' || (*p == '*' && p > text && p[-1] == '*');
        bool letter = g_ascii_isalpha(*p) && !strchr("eE", *p);
        if (open < 0 || (power && !is_exponent(p + 1)) ||
            (letter && g_ascii_isdigit(p[1]) && !is_exponent(p + 1)))
            return false;
    }
    return open == 0;
}

/* ---- UDUNITS-2, under the lock ------------------------------------------------------------ */

static void alias(const char *name, const char *plural, const ut_unit *meant)
{
    ut_map_name_to_unit(name, UT_ASCII, meant);
    if (plural)
        ut_map_name_to_unit(plural, UT_ASCII, meant);
}

/* The names that this field needs and UDUNITS-2 lacks or means otherwise. */
static void add_names(void)
{
    one = ut_get_dimensionless_unit_one(system_of_units);
    static const char *const things[] = {"photon", "atom", "pixel", "frame"};
    for (size_t i = 0; i < G_N_ELEMENTS(things); i++) {
        g_autofree char *plural = g_strconcat(things[i], "s", NULL);
        alias(things[i], plural, one);
    }
    if (!ut_get_unit_by_name(system_of_units, "count"))
        alias("count", "counts", one);
    alias("cts", NULL, one);

    ut_unit *degree = ut_parse(system_of_units, "degree", UT_UTF8);
    if (degree) {
        ut_map_symbol_to_unit("deg", UT_UTF8, degree);   /* a symbol: takes prefixes, "mdeg" */
        ut_free(degree);
    }
    /* What is counted in electrons is f(Q)^2 and its like: normalising a measurement to these is
     * a step of its own, never a change of units, so they are a dimension. */
    ut_unit *electron = ut_new_base_unit(system_of_units);
    if (electron) {
        ut_map_unit_to_symbol(electron, "electron", UT_ASCII);
        alias("electron", "electrons", electron);
        ut_free(electron);
    }
    /* Counts per second here; cycles per second, an angular velocity, there. */
    ut_unit *rate = ut_parse(system_of_units, "s^-1", UT_UTF8);
    if (rate) {
        ut_unmap_symbol_to_unit(system_of_units, "cps", UT_ASCII);
        ut_unmap_name_to_unit(system_of_units, "cps", UT_ASCII);
        ut_map_symbol_to_unit("cps", UT_UTF8, rate);
        ut_free(rate);
    }
}

typedef struct visit {
    GString *product;
    double   scale, offset;
    int      depth;
} visit;

static ut_status visit_product(const ut_unit *u, int count, const ut_unit *const *basic, const int *power,
                               void *arg)
{
    (void)u;
    visit *v = arg;
    for (int i = 0; i < count; i++) {
        const char *symbol = ut_get_symbol(basic[i], UT_ASCII);
        g_string_append_printf(v->product, i ? " %s" : "%s", symbol ? symbol : "?");
        if (power[i] != 1)
            g_string_append_printf(v->product, "^%d", power[i]);
    }
    return UT_SUCCESS;
}

static ut_status visit_basic(const ut_unit *u, void *arg)
{
    return visit_product(u, 1, &u, (const int[]){1}, arg);
}

static ut_status visit_galilean(const ut_unit *u, double scale, const ut_unit *underlying, double offset,
                                void *arg);
static ut_status visit_timestamp(const ut_unit *u, const ut_unit *time, double origin, void *arg)
{
    (void)u, (void)time, (void)origin, (void)arg;
    return UT_MEANINGLESS;   /* "seconds since 1970" is a date */
}
static ut_status visit_logarithmic(const ut_unit *u, double base, const ut_unit *reference, void *arg)
{
    (void)u, (void)base, (void)reference, (void)arg;
    return UT_MEANINGLESS;   /* no factor converts decibels */
}
static const ut_visitor visitor = {visit_basic, visit_product, visit_galilean, visit_timestamp,
                                   visit_logarithmic};

static ut_status visit_galilean(const ut_unit *u, double scale, const ut_unit *underlying, double offset,
                                void *arg)
{
    (void)u;
    visit *v = arg;
    if (v->depth++ > 0)
        return UT_MEANINGLESS;   /* UDUNITS-2 folds these into one */
    v->scale = scale;
    v->offset = offset;
    return ut_accept_visitor(underlying, &visitor, v);
}

static bool parse_plain(const char *text, unit *u)
{
    if (!is_sound(text))
        return false;
    ut_unit *parsed = ut_parse(system_of_units, text, UT_UTF8);
    if (!parsed)
        return false;
    visit     v = {.product = g_string_new(NULL), .scale = 1.0};
    ut_status status = ut_accept_visitor(parsed, &visitor, &v);
    ut_free(parsed);
    bool      sound = status == UT_SUCCESS && isfinite(v.scale) && v.scale > 0.0 && isfinite(v.offset);
    *u = (unit){g_intern_string(v.product->str), v.scale, v.offset};
    g_string_free(v.product, TRUE);
    return sound;
}

static void load(void)
{
    tried = true;
    ut_set_error_message_handler(ut_ignore);   /* the default prints */
    system_of_units = ut_read_xml(NULL);
    if (!system_of_units)
        return;
    add_names();
    known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        unit u;
        if (parse_plain(kinds[i].unit, &u))
            kind_in[i] = u.measures_in;
    }
}

static bool look_up_locked(const char *text, unit *u)
{
    if (!tried)
        load();
    if (!system_of_units)
        return false;
    const unit *found = g_hash_table_lookup(known, text);
    if (found) {
        *u = *found;
        return true;
    }
    static const char *const shares[] = {"at%", "wt%", "mol%", "vol%", "at.%", "wt.%", NULL};
    g_autofree char         *plain = plain_text(text);
    const char              *meant = plain && g_strv_contains(shares, plain) ? "%" : plain;
    if (!meant || !parse_plain(*meant ? meant : "1", u))
        return false;
    if (g_hash_table_size(known) < MOST_KNOWN) {
        unit *kept = g_new(unit, 1);
        *kept = *u;
        g_hash_table_insert(known, g_strdup(text), kept);
    }
    return true;
}

static bool look_up(const char *text, unit *u)
{
    static gsize    made;
    static locale_t plain_locale;   /* UDUNITS-2 reads numbers as the locale has them */
    if (g_once_init_enter(&made)) {
        plain_locale = newlocale(LC_NUMERIC_MASK, "C", (locale_t)0);
        g_once_init_leave(&made, 1);
    }
    g_mutex_lock(&lock);
    locale_t user = plain_locale ? uselocale(plain_locale) : (locale_t)0;
    bool     found = look_up_locked(text ? text : "", u);
    if (user)
        uselocale(user);
    g_mutex_unlock(&lock);
    return found;
}

/* ---- What others ask ------------------------------------------------------------------------ */

static const char *shown(const char *text)
{
    return text && *text ? text : "1";
}

/* The text with one word replaced, where that makes a unit of it (which measures `like`). */
static char *mended(const char *text, const char *like)
{
    static const struct { const char *typed, *meant; } swap[] = {
        {"A", "angstrom"}, {"C", "degC"}, {"F", "degF"}, {"AA", "angstrom"}, {"Ang", "angstrom"}, {"u", "um"},
    };
    for (const char *p = text; *p;) {
        size_t n = 0;
        while (g_ascii_isalpha(p[n]) || (p[n] & 0x80))
            n++;
        if (n == 0) {
            p++;
            continue;
        }
        g_autofree char *word = g_strndup(p, n);
        const char      *meant = NULL;
        for (size_t i = 0; i < G_N_ELEMENTS(swap) && !meant; i++)
            if (!strcmp(word, swap[i].typed))
                meant = swap[i].meant;
        if (!meant)
            meant = frit_nearest(word, common);
        g_autofree char *whole =
            g_strdup_printf("%.*s%s%s", (int)(p - text), text, meant ? meant : word, p + n);
        unit u, w;
        if (meant && look_up(whole, &u) && (!like || (look_up(like, &w) && w.measures_in == u.measures_in)))
            return g_steal_pointer(&whole);
        p += n;
    }
    return NULL;
}

static bool no_unit(const char *text, GError **error)
{
    if (!system_of_units) {
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM,
                    "the units that UDUNITS-2 knows cannot be read: is the file "
                    "udunits2.xml installed, and UDUNITS2_XML_PATH unset or right?");
        return false;
    }
    g_autofree char *valid = g_utf8_make_valid(shown(text), -1);
    g_autofree char *meant = mended(valid, NULL);
    if (meant)
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "\"%s\" is no unit, did you mean \"%s\"?", valid, meant);
    else
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "\"%s\" is no unit; units are written as \"1/angstrom\", "
                    "\"g/cm^3\", \"J/(g K)\", \"degC\"", valid);
    return false;
}

static const char *kind_of(const unit *u)
{
    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (kind_in[i] == u->measures_in)
            return kinds[i].what;
    g_autofree char *text = g_strdup_printf("a quantity in %s", u->measures_in);
    return g_intern_string(text);
}

bool frit_unit_check(const char *text, GError **error)
{
    unit u;
    return look_up(text, &u) || no_unit(text, error);
}

bool frit_unit_convertible(const char *from, const char *to)
{
    unit a, b;
    return look_up(from, &a) && look_up(to, &b) && a.measures_in == b.measures_in;
}

/* 1e-9 / 1e-10 is not 10 to the last bit, and 1 nm is 10 angstrom: where a short decimal is as
 * near as rounding can tell (three operations, 2 ulp each at most), it is what was meant. */
static double tidy(double x)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(text, sizeof text, "%.12g", x);
    double decimal = g_ascii_strtod(text, NULL);
    return fabs(decimal - x) <= 6.0 * DBL_EPSILON * fabs(x) ? decimal : x;
}

static void conversion(const unit *from, const unit *to, double *factor, double *offset)
{
    bool same_scale = from->scale == to->scale;
    *factor = same_scale ? 1.0 : tidy(from->scale / to->scale);
    *offset = from->offset == 0.0 && to->offset == 0.0 ? 0.0 : tidy(from->offset * *factor - to->offset);
}

bool frit_unit_same(const char *a, const char *b)
{
    unit   u, v;
    double factor, offset;
    if (!look_up(a, &u) || !look_up(b, &v) || u.measures_in != v.measures_in)
        return false;
    conversion(&u, &v, &factor, &offset);
    return factor == 1.0 && offset == 0.0;
}

const char *frit_unit_measures(const char *text)
{
    unit u;
    return look_up(text, &u) ? kind_of(&u) : "no unit";
}

bool frit_unit_factor(const char *from, const char *to, double *factor, double *offset, GError **error)
{
    unit a, b;
    if (!look_up(from, &a))
        return no_unit(from, error);
    if (!look_up(to, &b))
        return no_unit(to, error);
    if (a.measures_in != b.measures_in) {
        g_autofree char *meant = mended(shown(from), to);
        g_autofree char *hint = meant ? g_strdup_printf("; did you mean \"%s\"?", meant) : g_strdup("");
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "\"%s\" is %s, \"%s\" is %s%s", shown(from), kind_of(&a),
                    shown(to), kind_of(&b), hint);
        return false;
    }
    conversion(&a, &b, factor, offset);
    return true;
}

char *frit_unit_after_number(const char *rest)
{
    g_autofree char *own = g_strdup_printf(*rest == '/' ? "1%s" : "%s", rest);
    const char      *end;
    double           second;
    if (frit_scan_number(g_strstrip(own), &second, &end) && !(second == 1.0 && end[strspn(end, " ")] == '/'))
        return NULL;   /* UDUNITS-2 would multiply: "2 3 mm" is a range given for a number, not 6 mm */
    return g_steal_pointer(&own);
}

bool frit_unit_parse(const char *text, const char *to, double *value, GError **error)
{
    g_autofree char *plain = text ? plain_text(text) : NULL;
    const char      *rest;
    double           x, factor, offset;
    unit             a, b;
    if (!plain || !frit_scan_number(plain, &x, &rest)) {
        g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "\"%s\" does not start with a number", valid);
        return false;
    }
    if (*rest == ',' && g_ascii_isdigit(rest[1])) {
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "\"%s\": write numbers with a decimal point", text);
        return false;
    }
    g_autofree char *own = frit_unit_after_number(rest);
    if (!own) {
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "\"%s\": one number is wanted, and its unit", text);
        return false;
    }
    if (!*own) {
        *value = x;
        return true;
    }
    if (!look_up(own, &a)) {
        no_unit(own, error);
        g_prefix_error(error, "\"%s\": ", text);
        return false;
    }
    if (!look_up(to, &b))
        return no_unit(to, error);
    if (a.measures_in != b.measures_in) {
        g_autofree char *meant = mended(own, to);
        g_autofree char *hint = meant ? g_strdup_printf("; did you mean \"%s\"?", meant) : g_strdup("");
        g_set_error(error, FRIT_ERROR, FRIT_EPARAM, "\"%s\" is %s, not %s (in %s)%s", text, kind_of(&a),
                    kind_of(&b), shown(to), hint);
        return false;
    }
    conversion(&a, &b, &factor, &offset);
    *value = factor * x + offset;
    return true;
}
