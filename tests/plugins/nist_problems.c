/* Problems of nonlinear regression with certified results; see nist_problems.h.
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "nist_problems.h"

#include <math.h>

#define PROBLEM(k) const struct nist_problem *k = problem

/* ---- b1 [1 - exp(-b2 x)]: Misra1a, and BoxBOD, whose first start is far away ---- */

static const double misra1a_x[] = {77.6, 114.9, 141.1, 190.8, 239.9, 289.0, 332.8,
                                   378.4, 434.8, 477.3, 536.8, 593.1, 689.1, 760.0};
static const double misra1a_y[] = {10.07, 14.73, 17.94, 23.93, 29.61, 35.18, 40.02,
                                   44.82, 50.76, 55.05, 61.01, 66.40, 75.47, 81.78};
static const double boxbod_x[] = {1, 2, 3, 5, 7, 10};
static const double boxbod_y[] = {109, 149, 149, 191, 213, 224};

static bool saturation(const void *problem, const double *b, double *f)
{
    PROBLEM(k);
    for (size_t i = 0; i < k->n; i++)
        f[i] = -b[0] * expm1(-b[1] * k->x[i]);
    return true;
}

static bool saturation_slopes(const void *problem, const double *b, double *j)
{
    PROBLEM(k);
    for (size_t i = 0; i < k->n; i++, j += 2) {
        j[0] = -expm1(-b[1] * k->x[i]);
        j[1] = b[0] * k->x[i] * exp(-b[1] * k->x[i]);
    }
    return true;
}

/* ---- Eckerle4: a Gaussian, (b1/b2) exp[-((x - b3)/b2)^2/2] ---- */

static const double eckerle4_x[] = {
    400,   405,   410,   415,   420, 425,   430, 435,   436.5, 438,   439.5, 441, 442.5, 444, 445.5, 447,
    448.5, 450, 451.5, 453,   454.5, 456,   457.5, 459, 460.5, 462, 463.5, 465,  470,   475, 480,   485, 490,   495, 500};
static const double eckerle4_y[] = {
    0.0001575, 0.0001699, 0.0002350, 0.0003102, 0.0004917, 0.0008710, 0.0017418, 0.0046400, 0.0065895,
    0.0097302, 0.0149002, 0.0237310, 0.0401683, 0.0712559, 0.1264458, 0.2073413, 0.2902366, 0.3445623,
    0.3698049, 0.3668534, 0.3106727, 0.2078154, 0.1164354, 0.0616764, 0.0337200, 0.0194023, 0.0117831,
    0.0074357, 0.0022732, 0.0008800, 0.0004579, 0.0002345, 0.0001586, 0.0001143, 0.0000710};

static bool gaussian(const void *problem, const double *b, double *f)
{
    PROBLEM(k);
    for (size_t i = 0; i < k->n; i++) {
        double z = (k->x[i] - b[2]) / b[1];
        f[i] = b[0] / b[1] * exp(-z * z / 2);
    }
    return true;
}

static bool gaussian_slopes(const void *problem, const double *b, double *j)
{
    PROBLEM(k);
    for (size_t i = 0; i < k->n; i++, j += 3) {
        double z = (k->x[i] - b[2]) / b[1];
        j[0] = exp(-z * z / 2) / b[1];
        j[1] = b[0] / b[1] * j[0] * (z * z - 1);
        j[2] = b[0] / b[1] * j[0] * z;
    }
    return true;
}

/* ---- Lanczos: three exponentials; the data are 0.0951 exp(-x) + 0.8607 exp(-3x) + 1.5576 exp(-5x) to 6 and
 * to 5 significant digits ---- */

static const double lanczos_x[] = {0.00, 0.05, 0.10, 0.15, 0.20, 0.25, 0.30, 0.35, 0.40, 0.45, 0.50, 0.55,
                                   0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90, 0.95, 1.00, 1.05, 1.10, 1.15};
static const double lanczos2_y[] = {
    2.51340,  2.04433,  1.66840,  1.36642,  1.12323,  0.926890,  0.767934,  0.638878,
    0.533784, 0.447936, 0.377585, 0.319739, 0.272013, 0.232497,  0.199659,  0.172270,
    0.149341, 0.130070, 0.113812, 0.100042, 0.0883321, 0.0783354, 0.0697669, 0.0623931};
static const double lanczos3_y[] = {2.5134,  2.0443,  1.6684,  1.3664,  1.1232,  0.9269,  0.7679,  0.6389,
                                    0.5338,  0.4479,  0.3776,  0.3197,  0.2720,  0.2325,  0.1997,  0.1723,
                                    0.1493,  0.1301,  0.1138,  0.1000,  0.0883,  0.0783,  0.0698,  0.0624};

static bool exponentials(const void *problem, const double *b, double *f)
{
    PROBLEM(k);
    for (size_t i = 0; i < k->n; i++)
        f[i] = b[0] * exp(-b[1] * k->x[i]) + b[2] * exp(-b[3] * k->x[i]) + b[4] * exp(-b[5] * k->x[i]);
    return true;
}

static bool exponentials_slopes(const void *problem, const double *b, double *j)
{
    PROBLEM(k);
    for (size_t i = 0; i < k->n; i++)
        for (size_t term = 0; term < 6; term += 2, j += 2) {
            j[0] = exp(-b[term + 1] * k->x[i]);
            j[1] = -b[term] * k->x[i] * j[0];
        }
    return true;
}

/* ---- Rat42: b1/[1 + exp(b2 - b3 x)] ---- */

static const double rat42_x[] = {9, 14, 21, 28, 42, 57, 63, 70, 79};
static const double rat42_y[] = {8.930, 10.800, 18.590, 22.330, 39.350, 56.110, 61.730, 64.620, 67.080};

static bool logistic(const void *problem, const double *b, double *f)
{
    PROBLEM(k);
    for (size_t i = 0; i < k->n; i++)
        f[i] = b[0] / (1 + exp(b[1] - b[2] * k->x[i]));
    return true;
}

static bool logistic_slopes(const void *problem, const double *b, double *j)
{
    PROBLEM(k);
    for (size_t i = 0; i < k->n; i++, j += 3) {
        double e = exp(b[1] - b[2] * k->x[i]);
        j[0] = 1 / (1 + e);
        j[1] = -b[0] * e / ((1 + e) * (1 + e));
        j[2] = -k->x[i] * j[1];
    }
    return true;
}

/* ---- MGH09: b1 (x^2 + b2 x)/(x^2 + b3 x + b4) ---- */

static const double mgh09_x[] = {4, 2, 1, 0.5, 0.25, 0.167, 0.125, 0.1, 0.0833, 0.0714, 0.0625};
static const double mgh09_y[] = {
    0.1957, 0.1947, 0.1735, 0.1600, 0.0844, 0.0627, 0.0456, 0.0342, 0.0323, 0.0235, 0.0246};

static bool rational(const void *problem, const double *b, double *f)
{
    PROBLEM(k);
    for (size_t i = 0; i < k->n; i++) {
        double x = k->x[i];
        f[i] = b[0] * (x * x + b[1] * x) / (x * x + b[2] * x + b[3]);
    }
    return true;
}

static bool rational_slopes(const void *problem, const double *b, double *j)
{
    PROBLEM(k);
    for (size_t i = 0; i < k->n; i++, j += 4) {
        double x = k->x[i], below = x * x + b[2] * x + b[3], above = x * x + b[1] * x;
        j[0] = above / below;
        j[1] = b[0] * x / below;
        j[2] = -b[0] * above * x / (below * below);
        j[3] = -b[0] * above / (below * below);
    }
    return true;
}

/* ---- Gauss2: two slightly blended Gaussians on a decaying exponential, x = 1, 2, ..., 250 ---- */

static const double gauss2_y[] = {
    97.58776, 97.76344, 96.56705, 92.52037, 91.15097, 95.21728, 90.21355, 89.29235, 91.51479, 89.60966,
    86.56187, 85.55316, 87.13054, 85.67940, 80.04851, 82.18925, 87.24081, 80.79407, 81.28570, 81.56940,
    79.22715, 79.43275, 77.90195, 76.75468, 77.17377, 74.27348, 73.11900, 73.84826, 72.47870, 71.92292,
    66.92176, 67.93835, 69.56207, 69.07066, 66.53983, 63.87883, 69.71537, 63.60588, 63.37154, 60.01835,
    62.67481, 65.80666, 59.14304, 56.62951, 61.21785, 54.38790, 62.93443, 56.65144, 57.13362, 58.29689,
    58.91744, 58.50172, 55.22885, 58.30375, 57.43237, 51.69407, 49.93132, 53.70760, 55.39712, 52.89709,
    52.31649, 53.98720, 53.54158, 56.45046, 51.32276, 53.11676, 53.28631, 49.80555, 54.69564, 56.41627,
    54.59362, 54.38520, 60.15354, 59.78773, 60.49995, 65.43885, 60.70001, 63.71865, 67.77139, 64.70934,
    70.78193, 70.38651, 77.22359, 79.52665, 80.13077, 85.67823, 85.20647, 90.24548, 93.61953, 95.86509,
    93.46992, 105.8137, 107.8269, 114.0607, 115.5019, 118.5110, 119.6177, 122.1940, 126.9903, 125.7005,
    123.7447, 130.6543, 129.7168, 131.8240, 131.8759, 131.9994, 132.1221, 133.4414, 133.8252, 133.6695,
    128.2851, 126.5182, 124.7550, 118.4016, 122.0334, 115.2059, 118.7856, 110.7387, 110.2003, 105.17290,
    103.44720, 94.54280, 94.40526, 94.57964, 88.76605, 87.28747, 92.50443, 86.27997, 82.44307, 80.47367,
    78.36608, 78.74307, 76.12786, 79.13108, 76.76062, 77.60769, 77.76633, 81.28220, 79.74307, 81.97964,
    80.02952, 85.95232, 85.96838, 79.94789, 87.17023, 90.50992, 93.23373, 89.14803, 93.11492, 90.34337,
    93.69421, 95.74256, 91.85105, 96.74503, 87.60996, 90.47012, 88.11690, 85.70673, 85.01361, 78.53040,
    81.34148, 75.19295, 72.66115, 69.85504, 66.29476, 63.58502, 58.33847, 57.50766, 52.80498, 50.79319,
    47.03490, 46.47090, 43.09016, 34.11531, 39.28235, 32.68386, 30.44056, 31.98932, 23.63330, 23.69643,
    20.26812, 19.07074, 17.59544, 16.08785, 18.94267, 18.61354, 17.25800, 16.62285, 13.48367, 15.37647,
    13.47208, 15.96188, 12.32547, 16.33880, 10.438330, 9.628715, 13.12268, 8.772417, 11.76143, 12.55020,
    11.33108, 11.20493, 7.816916, 6.800675, 14.26581, 10.66285, 8.911574, 11.56733, 11.58207, 11.59071,
    9.730134, 11.44237, 11.22912, 10.172130, 12.50905, 6.201493, 9.019605, 10.80607, 13.09625, 3.914271,
    9.567886, 8.038448, 10.231040, 9.367410, 7.695971, 6.118575, 8.793207, 7.796692, 12.45065, 10.61601,
    6.001003, 6.765098, 8.764653, 4.586418, 8.390783, 7.209202, 10.012090, 7.327461, 6.525136, 2.840065,
    10.323710, 4.790035, 8.376431, 6.263980, 2.705892, 8.362109, 8.983507, 3.362469, 1.182678, 4.875312};

static bool blended(const void *problem, const double *b, double *f)
{
    PROBLEM(k);
    for (size_t i = 0; i < k->n; i++) {
        double x = (double)i + 1, u = (x - b[3]) / b[4], v = (x - b[6]) / b[7];
        f[i] = b[0] * exp(-b[1] * x) + b[2] * exp(-u * u) + b[5] * exp(-v * v);
    }
    return true;
}

static bool blended_slopes(const void *problem, const double *b, double *j)
{
    PROBLEM(k);
    for (size_t i = 0; i < k->n; i++, j += 8) {
        double x = (double)i + 1;
        j[0] = exp(-b[1] * x);
        j[1] = -b[0] * x * j[0];
        for (size_t peak = 2; peak < 8; peak += 3) {
            double u = (x - b[peak + 1]) / b[peak + 2];
            j[peak] = exp(-u * u);
            j[peak + 1] = 2 * b[peak] * j[peak] * u / b[peak + 2];
            j[peak + 2] = j[peak + 1] * u;
        }
    }
    return true;
}

#define DATA(x_, y_) .n = sizeof(y_) / sizeof *(y_), .x = x_, .y = y_
const struct nist_problem nist_problems[] = {
    {.name = "Misra1a", DATA(misra1a_x, misra1a_y), .p = 2, .value = saturation,
     .jacobian = saturation_slopes,
     .start = {{500, 0.0001}, {250, 0.0005}},
     .certified = {2.3894212918E+02, 5.5015643181E-04},
     .deviation = {2.7070075241E+00, 7.2668688436E-06},
     .residual_sum = 1.2455138894E-01},
    {.name = "BoxBOD", DATA(boxbod_x, boxbod_y), .p = 2, .value = saturation, .jacobian = saturation_slopes,
     .start = {{1, 1}, {100, 0.75}},
     .certified = {2.1380940889E+02, 5.4723748542E-01},
     .deviation = {1.2354515176E+01, 1.0455993237E-01},
     .residual_sum = 1.1680088766E+03},
    {.name = "Eckerle4", DATA(eckerle4_x, eckerle4_y), .p = 3, .value = gaussian, .jacobian = gaussian_slopes,
     .start = {{1, 10, 500}, {1.5, 5, 450}},
     .certified = {1.5543827178E+00, 4.0888321754E+00, 4.5154121844E+02},
     .deviation = {1.5408051163E-02, 4.6803020753E-02, 4.6800518816E-02},
     .residual_sum = 1.4635887487E-03},
    {.name = "Lanczos2", DATA(lanczos_x, lanczos2_y), .p = 6, .value = exponentials,
     .jacobian = exponentials_slopes,
     .start = {{1.2, 0.3, 5.6, 5.5, 6.5, 7.6}, {0.5, 0.7, 3.6, 4.2, 4, 6.3}},
     .certified = {9.6251029939E-02, 1.0057332849E+00, 8.6424689056E-01, 3.0078283915E+00, 1.5529016879E+00,
                   5.0028798100E+00},
     .deviation = {6.6770575477E-04, 3.3989646176E-03, 1.7185846685E-03, 4.1707005856E-03, 2.3744381417E-03,
                   1.3958787284E-03},
     .residual_sum = 2.2299428125E-11},
    {.name = "Lanczos3", DATA(lanczos_x, lanczos3_y), .p = 6, .value = exponentials,
     .jacobian = exponentials_slopes,
     .start = {{1.2, 0.3, 5.6, 5.5, 6.5, 7.6}, {0.5, 0.7, 3.6, 4.2, 4, 6.3}},
     .certified = {8.6816414977E-02, 9.5498101505E-01, 8.4400777463E-01, 2.9515951832E+00, 1.5825685901E+00,
                   4.9863565084E+00},
     .deviation = {1.7197908859E-02, 9.7041624475E-02, 4.1488663282E-02, 1.0766312506E-01, 5.8371576281E-02,
                   3.4436403035E-02},
     .residual_sum = 1.6117193594E-08},
    {.name = "Rat42", DATA(rat42_x, rat42_y), .p = 3, .value = logistic, .jacobian = logistic_slopes,
     .start = {{100, 1, 0.1}, {75, 2.5, 0.07}},
     .certified = {7.2462237576E+01, 2.6180768402E+00, 6.7359200066E-02},
     .deviation = {1.7340283401E+00, 8.8295217536E-02, 3.4465663377E-03},
     .residual_sum = 8.0565229338E+00},
    {.name = "MGH09", DATA(mgh09_x, mgh09_y), .p = 4, .value = rational, .jacobian = rational_slopes,
     .start = {{25, 39, 41.5, 39}, {0.25, 0.39, 0.415, 0.39}},
     .certified = {1.9280693458E-01, 1.9128232873E-01, 1.2305650693E-01, 1.3606233068E-01},
     .deviation = {1.1435312227E-02, 1.9633220911E-01, 8.0842031232E-02, 9.0025542308E-02},
     .residual_sum = 3.0750560385E-04},
    {.name = "Gauss2", DATA(NULL, gauss2_y), .p = 8, .value = blended, .jacobian = blended_slopes,
     .start = {{96, 0.009, 103, 106, 18, 72, 151, 18}, {98, 0.0105, 103, 105, 20, 73, 150, 20}},
     .certified = {9.9018328406E+01, 1.0994945399E-02, 1.0188022528E+02, 1.0703095519E+02, 2.3578584029E+01,
                   7.2045589471E+01, 1.5327010194E+02, 1.9525972636E+01},
     .deviation = {5.3748766879E-01, 1.3335306766E-04, 5.9217315772E-01, 1.5006798316E-01, 2.2695595067E-01,
                   6.1721965884E-01, 1.9466674341E-01, 2.6416549393E-01},
     .residual_sum = 1.2475282092E+03},
};
const size_t n_nist_problems = sizeof nist_problems / sizeof *nist_problems;
