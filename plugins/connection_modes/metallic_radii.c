/* Metallic radii for twelve neighbours.
 *
 * A. F. Wells, Structural Inorganic Chemistry, 5th ed., Clarendon Press, Oxford 1984, ISBN 978-0-19-855370-0,
 * p. 1288; lanthanides: N. N. Greenwood and A. Earnshaw, Chemistry of the Elements, 2nd ed.,
 * Butterworth-Heinemann 1997, ISBN 978-0-08-037941-8, p. 1233.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "metallic_radii.h"

#include <math.h>
#include <string.h>

static const char symbols[][3] = {
    "",   "H",  "He", "Li", "Be", "B",  "C",  "N",  "O",  "F",  "Ne", "Na", "Mg", "Al", "Si",
    "P",  "S",  "Cl", "Ar", "K",  "Ca", "Sc", "Ti", "V",  "Cr", "Mn", "Fe", "Co", "Ni", "Cu",
    "Zn", "Ga", "Ge", "As", "Se", "Br", "Kr", "Rb", "Sr", "Y",  "Zr", "Nb", "Mo", "Tc", "Ru",
    "Rh", "Pd", "Ag", "Cd", "In", "Sn", "Sb", "Te", "I",  "Xe", "Cs", "Ba", "La", "Ce", "Pr",
    "Nd", "Pm", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho", "Er", "Tm", "Yb", "Lu", "Hf", "Ta", "W",
    "Re", "Os", "Ir", "Pt", "Au", "Hg", "Tl", "Pb", "Bi", "Po", "At", "Rn", "Fr", "Ra", "Ac",
    "Th", "Pa", "U",  "Np", "Pu", "Am", "Cm", "Bk", "Cf", "Es", "Fm", "Md", "No", "Lr"};

static const struct {
    const char *symbol;
    double radius;
} radii[] = {
    {"Li", 1.57},  {"Be", 1.12},  {"Na", 1.91},  {"Mg", 1.60},  {"Al", 1.43},  {"K", 2.35},   {"Ca", 1.97},
    {"Sc", 1.64},  {"Ti", 1.47},  {"V", 1.35},   {"Cr", 1.29},  {"Mn", 1.37},  {"Fe", 1.26},  {"Co", 1.25},
    {"Ni", 1.25},  {"Cu", 1.28},  {"Zn", 1.37},  {"Ga", 1.53},  {"Rb", 2.50},  {"Sr", 2.15},  {"Y", 1.82},
    {"Zr", 1.60},  {"Nb", 1.47},  {"Mo", 1.40},  {"Tc", 1.35},  {"Ru", 1.34},  {"Rh", 1.34},  {"Pd", 1.37},
    {"Ag", 1.44},  {"Cd", 1.52},  {"In", 1.67},  {"Sn", 1.58},  {"Cs", 2.72},  {"Ba", 2.24},  {"La", 1.88},
    {"Hf", 1.59},  {"Ta", 1.47},  {"W", 1.41},   {"Re", 1.37},  {"Os", 1.35},  {"Ir", 1.36},  {"Pt", 1.39},
    {"Au", 1.44},  {"Tl", 1.71},  {"Pb", 1.75},  {"Ce", 1.818}, {"Pr", 1.824}, {"Nd", 1.814}, {"Sm", 1.804},
    {"Gd", 1.804}, {"Tb", 1.773}, {"Dy", 1.781}, {"Ho", 1.762}, {"Er", 1.761}, {"Tm", 1.759}, {"Lu", 1.738}};

const char *element_symbol(int Z)
{
    return Z > 0 && (size_t)Z < sizeof symbols / sizeof *symbols ? symbols[Z] : NULL;
}

int element_of(const char *text, int length)
{
    for (int Z = 1; element_symbol(Z); Z++)
        if ((int)strlen(symbols[Z]) == length && strncmp(symbols[Z], text, (size_t)length) == 0)
            return Z;
    return 0;
}

double metallic_radius(int Z)
{
    const char *symbol = element_symbol(Z);
    for (size_t i = 0; symbol && i < sizeof radii / sizeof *radii; i++)
        if (strcmp(radii[i].symbol, symbol) == 0)
            return radii[i].radius;
    return NAN;
}
