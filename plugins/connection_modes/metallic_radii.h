/* Radii of atoms in metals.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef CONNECTION_MODES_METALLIC_RADII_H
#define CONNECTION_MODES_METALLIC_RADII_H

/* Half the distance to each of twelve neighbours, in angstrom; NaN for an element that is not in the table.
 * */
double metallic_radius(int Z);
/* The symbol of an element, up to 103; NULL beyond. */
const char *element_symbol(int Z);
/* The other way round; 0: none.  length: of the symbol in the text. */
int element_of(const char *text, int length);

#endif
