/* Small crystals that grow from the model glass: S(Q) and G(r) in closed form.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef SIMULATE_CRYSTAL_H
#define SIMULATE_CRYSTAL_H

enum { CRYSTAL_SHELLS = 2048 };

struct crystal {
    double density;                                     /* atoms per cubic angstrom */
    int    n;
    double distance[CRYSTAL_SHELLS];                    /* angstrom */
    double neighbours[CRYSTAL_SHELLS];                  /* within the same crystal */
};

void crystal_make(struct crystal *crystal, double density);
double crystal_factor(const struct crystal *crystal, double q);     /* S(Q), Q >= 0 */
double crystal_pdf(const struct crystal *crystal, double r);        /* G(r), r >= 0 */
/* How much has crystallised this many kelvin above the onset, 0 below. */
double crystal_share(double above_onset);

#endif
