/* cluster_radius: R, the mean distance from an atom to its neighbours, from the composition.
 *
 * The mean over pairs of atoms of their bond lengths, with the weights c_i c_j, or with those that the pairs
 * have in X-ray scattering (T. E. Faber and J. M. Ziman, Phil. Mag. 11 (1965) 153,
 * doi:10.1080/14786436508211931) at Q = 0.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "connection_modes.h"
#include "metallic_radii.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { WEIGHT_XRAY, WEIGHT_CONCENTRATION };
enum { OUT_RADIUS, OUT_BY_SCATTERING, OUT_BY_CONCENTRATION };
const frit_port cluster_radius_outputs[] = {
    {.name = "cluster_radius", .unit = "angstrom", .doc = "R, with the weights that were asked for"},
    {.name = "by_scattering", .unit = "angstrom", .doc = "R with the weights of X-ray scattering"},
    {.name = "by_concentration", .unit = "angstrom", .doc = "R with the weights of the numbers of atoms"},
    {0}};

#define P struct cluster_radius
const frit_param cluster_radius_params[] = {
    FRIT_COMPOSITION(P, composition, FRIT_PARAM_REQUIRED | FRIT_PARAM_SAMPLE, "What the sample is made of."),
    FRIT_CHOICE(P, weights, "x-ray|concentration",
                "x-ray: c_i c_j Z_i Z_j/<Z>^2, as the pairs count in an X-ray g(r); concentration: c_i c_j."),
    FRIT_TEXT(P, radii, NULL, 0, "Radii in the place of the table's, in angstrom: \"Zr 1.58, B 0.9\"."),
    FRIT_TEXT(P, bonds, NULL, 0,
              "Bond lengths in the place of the sum of two radii, in angstrom: \"Zr-Cu 2.77, Zr-Ni 2.68\"."),
    {0}};

const char cluster_radius_doc[] = "    R = sum_ij w_ij d_ij,   d_ij = r_i + r_j\n"
                                  "\n"
                                  "with metallic radii r for twelve neighbours (Wells 1984), unless `radii` "
                                  "or `bonds` say otherwise: bonds in glasses "
                                  "are a few hundredths of an angstrom shorter between atoms that attract "
                                  "each other. w_ij = c_i c_j, or c_i c_j Z_i "
                                  "Z_j/<Z>^2, which is f_i f_j/<f>^2 at Q = 0. For Zr52.5Cu17.9Ni14.6Al10Ti5 "
                                  "these are 2.936 and 2.988 angstrom; Yao et "
                                  "al. (2026) use 2.969 angstrom, between the two. All distances of "
                                  "`connection_modes` scale with R: by 1 % they move by "
                                  "0.04 to 0.06 angstrom, which is why its centres are free within 0.1 "
                                  "angstrom. Boron, carbon, silicon, phosphorus and "
                                  "germanium are no metals and not in the table: give their `radii`.";

/* ---- The texts ---- */

/* "Zr" at *text, which goes on behind it; 0: no element. */
static int read_element(const char **text)
{
    int length = 0;
    while (isalpha((unsigned char)(*text)[length]))
        length++;
    const int Z = element_of(*text, length);
    *text += length;
    return Z;
}

static void skip_blanks(const char **text)
{
    while (**text == ' ' || **text == ',')
        ++*text;
}

/* One entry: an element, or two with a dash between, and a length. */
static bool read_entry(const char **text, bool pair, int Z[2], double *length)
{
    char *end;
    Z[0] = Z[1] = read_element(text);
    if (pair) {
        if (**text != '-')
            return false;
        ++*text;
        Z[1] = read_element(text);
    }
    while (**text == ' ' || **text == '=')
        ++*text;
    *length = strtod(*text, &end);
    const bool number = end > *text;
    *text = end;
    return Z[0] && Z[1] && number && *length >= 0.1 && *length <= 10;
}

static bool text_is_sound(const char *text, bool pair, const char **wrong)
{
    int Z[2];
    double length;
    *wrong = text;
    for (skip_blanks(&text); *text; skip_blanks(&text)) {
        *wrong = text;
        if (!read_entry(&text, pair, Z, &length))
            return false;
    }
    return true;
}

/* What the text says of the pair; NaN: nothing.  The last entry counts. */
static double in_text(const char *text, bool pair, int a, int b)
{
    double found = NAN;
    while (text && (skip_blanks(&text), *text)) {
        int Z[2];
        double length;
        if (!read_entry(&text, pair, Z, &length))
            break;
        if ((Z[0] == a && Z[1] == b) || (Z[0] == b && Z[1] == a))
            found = length;
    }
    return found;
}

/* ---- R ---- */

static double radius_of(const struct cluster_radius *p, int Z)
{
    const double given = in_text(p->radii, false, Z, Z);
    return isnan(given) ? metallic_radius(Z) : given;
}

static double bond(const struct cluster_radius *p, int a, int b)
{
    const double given = in_text(p->bonds, true, a, b);
    return isnan(given) ? radius_of(p, a) + radius_of(p, b) : given;
}

static double mean_bond(const struct cluster_radius *p, bool by_scattering)
{
    const frit_composition *k = &p->composition;
    double sum = 0, total = 0;
    for (size_t i = 0; i < k->n; i++)
        for (size_t j = 0; j < k->n; j++) {
            const double weight =
                k->fraction[i] * k->fraction[j] * (by_scattering ? (double)k->Z[i] * (double)k->Z[j] : 1);
            sum += weight * bond(p, k->Z[i], k->Z[j]);
            total += weight;
        }
    return sum / total;
}

frit_status cluster_radius_check(frit_call *c)
{
    const struct cluster_radius *p = c->params;
    const char *wrong;
    if (p->radii && !text_is_sound(p->radii, false, &wrong))
        return c->host->fail(c, FRIT_EPARAM,
                             "radii: \"%s\" does not begin with an element and its radius from 0.1 to 10 "
                             "angstrom, as in \"Zr 1.58, B 0.9\"",
                             wrong);
    if (p->bonds && !text_is_sound(p->bonds, true, &wrong))
        return c->host->fail(c, FRIT_EPARAM,
                             "bonds: \"%s\" does not begin with two elements and their distance from 0.1 to "
                             "10 angstrom, as in \"Zr-Cu 2.77, Zr-Ni 2.68\"",
                             wrong);
    for (size_t i = 0; i < p->composition.n; i++)
        for (size_t j = 0; j <= i; j++)
            if (isnan(bond(p, p->composition.Z[i], p->composition.Z[j]))) {
                const int Z =
                    isnan(radius_of(p, p->composition.Z[i])) ? p->composition.Z[i] : p->composition.Z[j];
                return c->host->fail(c, FRIT_EPARAM,
                                     "%s has no metallic radius: give one, as radii = \"%s 1.0\"",
                                     element_symbol(Z) ? element_symbol(Z) : "an element",
                                     element_symbol(Z) ? element_symbol(Z) : "X");
            }
    return FRIT_OK;
}

frit_status cluster_radius_run(frit_call *c)
{
    const struct cluster_radius *p = c->params;
    for (uint32_t port = OUT_RADIUS; port <= OUT_BY_CONCENTRATION; port++) {
        if (!c->host->wanted(c, port))
            continue;
        frit_buffer *out = c->host->output(c, port, FRIT_F64, 0, NULL, 0);
        if (!out)
            return FRIT_ENOMEM;
        const bool by_scattering =
            port == OUT_BY_SCATTERING || (port == OUT_RADIUS && p->weights == WEIGHT_XRAY);
        out->value[0] = mean_bond(p, by_scattering);
        c->host->set_text_attribute(c, port, "weights", by_scattering ? "x-ray" : "concentration");
    }
    return FRIT_OK;
}
