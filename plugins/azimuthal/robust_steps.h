/* integrate_sigma_clip and integrate_median: their parameters, and their own text for azimuthal.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifndef AZIMUTHAL_ROBUST_STEPS_H
#define AZIMUTHAL_ROBUST_STEPS_H

#include "azimuthal.h"

struct clip {
    struct azimuthal azimuthal; /* all of it */
    double           threshold;
    int64_t          iterations;
    int32_t          measure;
};

struct order {
    struct azimuthal azimuthal; /* all of it */
    double           percentile;
    frit_range       percentile_range;
};

/* Both say what is theirs; what they share with integrate is said there. */
#define AS_INTEGRATE_DOC \
"with n = flat Omega P K. Omega, P, K, I0, var, exposure, sectors of azimuth, and which pixels do not\n" \
"count are those of `integrate`, and so are the bins: `npt` of them divide `radial_range`. A pixel\n" \
"belongs to the bin of its centre; it is not shared out, since what is left out must be left out of all\n" \
"bins.\n" \
"\n"

#define SIGMA_CLIP_DOC \
"Mean intensity of a frame against Q, without the pixels that stand out from their ring:\n" \
"\n" \
"    I(bin) = sum (raw - dark) / sum n I0\n" \
"\n" \
"over those pixels of the bin that remain when again and again those are left out for which\n" \
"\n" \
"    |i - a| > max(k, sqrt(2 ln(N/sqrt(2 pi)))) s,  i = (raw - dark)/n\n" \
"\n" \
AS_INTEGRATE_DOC \
"a = sum (raw - dark)/sum n, s and the number N are of the pixels that remained the turn before; there\n" \
"are `iterations` turns, or fewer where none is found. k is the `threshold`; the square root is\n" \
"Chauvenet's criterion, by which a ring of N normally distributed pixels loses less than one: 2.4 for N\n" \
"= 50, 3.7 for 2,000. By `measure`, s is\n" \
"\n" \
"- `spread`: s^2 = sum n^2 (i - a)^2/sum n^2, the spread of the ring's own pixels;\n" \
"- `noise`: s^2 = sum var/sum n^2, with the var of `error_model = \"poisson\"`.\n" \
"\n" \
"**Uncertainty.** sigma = sqrt(sum var)/sum n I0, `azimuthal` with var = n^2 (i - I)^2, of the pixels\n" \
"that are left, as if they had been chosen beforehand.\n" \
"\n" \
"**Which measure.** `spread` needs to know nothing of the detector, and takes texture and a slope\n" \
"within the bin for what they are. It is drawn up by outliers, so that the first turns find few of\n" \
"many, and where more than one pixel in 1 + k^2 is alike far off, one in 26 with k = 5, none is found.\n" \
"`noise` finds fainter ones, but the mean is drawn by strong ones: where these move it by more than k\n" \
"s, as one hot pixel does in a ring of fifty, all of the ring is left out, and the bin is masked.\n" \
"`integrate_median` is not drawn.\n" \
"\n" \
"**Bias.** A limit far out takes as much from one side as from the other: 5 takes 6e-7 of normal noise.\n" \
"Counts of a few a pixel are not symmetric: more is taken from above, and the mean comes out too small.\n" \
"\n" \
"**Beside pyFAI.** It is `sigma_clip_ng` without splitting: the error model `poisson` there is `measure\n" \
"= \"noise\"` here, `azimuthal` is `spread` with `error_model = \"azimuthal\"`, `hybrid` is `spread`\n" \
"with `\"poisson\"`. Other than there, rings of fewer than 5 pixels are not judged, and pixels within\n" \
"one part in a million of the mean are never left out; s of pyFAI 0.21 has sum n for sum n^2, so that\n" \
"it is smaller where n < 1. Pixels within some 1e-6 of the limit may fall on either side.\n" \
"\n" \
"I and sigma are within 1e-6 of exact sums over the pixels that are left.\n"

#define MEDIAN_DOC \
"The median of the pixels of each ring against Q, or another percentile, or the mean between two:\n" \
"\n" \
"    I(bin) = median of i/I0 over the pixels of the bin,  i = (raw - dark)/n\n" \
"\n" \
AS_INTEGRATE_DOC \
"It bears spots, zingers and dead pixels in nearly half of a ring. Of an even number of pixels it is\n" \
"the mean of the middle two. `percentile` p takes the value at the place p (N - 1)/100 of the N values\n" \
"in order, counted from 0, linearly between neighbours (definition 7 of Hyndman and Fan).\n" \
"`percentile_range` \"p q\" takes sum (raw - dark)/sum n I0 over those in the places from floor(p\n" \
"N/100) to ceil(q N/100) - 1; of values that are alike at an end each counts in part. \"0 100\" is\n" \
"`integrate` without splitting; \"10 90\", a trimmed mean, is nearly as precise, and bears a tenth of\n" \
"outliers on either side.\n" \
"\n" \
"**Uncertainty.** sigma = c sqrt(V)/sum n I0, where sqrt(V)/sum n is the standard error of a mean, and\n" \
"c what normal noise makes of it in a large ring: sqrt(pi/2) = 1.2533 for the median; sqrt(p (1 -\n" \
"p))/phi(z), z being the normal quantile of p and phi the density there, for a percentile; Stigler's\n" \
"formula for a trimmed mean, 1.03 for \"10 90\". Outliers have no part in V. `error_model =\n" \
"\"poisson\"`: from the median m, V = max(sum (m n + dark), N) + sum var(dark); with `gain` g and\n" \
"`read_noise` r V = g max(sum m n, N) + N r^2 + sum var(dark); of a frame with a sigma of its own, sum\n" \
"n^2 times the median of (sigma/n)^2. `azimuthal`: (1.4826 median|i - m|)^2 sum n^2. These are limits\n" \
"of large numbers: of three normal values c is 1.16, of two 1.\n" \
"\n" \
"**Bias.** The median is not the mean where values are skewed: of counts with mean m it is about m -\n" \
"1/6. Where n varies little the median of whole numbers is a whole number, below some hundred counts a\n" \
"coarser grid than sigma: photons counted one by one want a trimmed mean. Across texture or a curved\n" \
"slope it is the middle value.\n" \
"\n" \
"**Beside pyFAI.** `medfilt1d` averages the pixels of `npt_azim` cells of a ring, and takes the median\n" \
"of the cells; here it is that of the pixels, of which a spot has fewer. Its percentile is the value in\n" \
"the place round(p N/100), its mean between two is not weighted by n, and it has no uncertainty.\n" \
"\n" \
"Values are compared in single precision: I is within 1e-6 of the order statistic.\n"

#endif
