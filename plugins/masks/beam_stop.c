/* beam_stop_mask: a disc about the beam, and the arm that holds it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "masks.h"

#include <math.h>

#define DEGREE (3.14159265358979323846 / 180)

#define SLACK 1e-9 /* pixels: the cosine of 90 degrees is not quite 0 */

#define BEAM_STOP_F64(field, unit, def, min, max, flags, doc) \
    FRIT_F64(struct beam_stop, field, unit, def, min, max, flags, doc)

const frit_param beam_stop_params[] = {
    BEAM_STOP_F64(row, "1", NAN, -1e6, 1e6, 0,
                  "of the centre, in pixels from the outer corner of the first pixel, whose own centre is at "
                  "0.5; not given: where the geometry has the beam"),
    BEAM_STOP_F64(column, "1", NAN, -1e6, 1e6, 0, "of the centre, likewise"),
    BEAM_STOP_F64(radius, "1", NAN, 0, 1e6, FRIT_PARAM_REQUIRED, "in pixels"),
    BEAM_STOP_F64(arm_width, "1", NAN, 0, 1e6, 0,
                  "in pixels, of an arm from the centre to the border of the frame; not given: no arm"),
    BEAM_STOP_F64(arm_angle, "deg", 0, -360, 360, 0,
                  "direction of the arm in the picture: 0 towards higher columns, 90 towards higher rows"),
    GEOMETRY_PARAMS,
    { .name = NULL }
};

const frit_port beam_stop_inputs[] = { SHAPE_PORT, { .name = NULL } };
const frit_port beam_stop_outputs[] = {
    MASK_PORT("1 for pixels whose centre lies under the disc or the arm, else 0"),
    { .name = NULL }
};

frit_status beam_stop_check(frit_call *c)
{
    const struct beam_stop *p = c->params;
    struct geometry g;
    if (isnan(p->row) != isnan(p->column))
        return c->host->fail(c, FRIT_EPARAM,
                             "only one of row and column is given: give both, or neither and a geometry");
    return isnan(p->row) ? azimuthal_calibration(c, false, &g) : FRIT_OK;
}

static frit_status find_centre(frit_call *c, const frit_view *frame, double *row, double *column)
{
    const struct beam_stop *p = c->params;
    struct geometry g;
    *row = p->row;
    *column = p->column;
    if (!isnan(*row))
        return FRIT_OK;
    frit_status status = azimuthal_calibration(c, false, &g);
    if (status == FRIT_OK)
        status = azimuthal_shape(c, frame, &g);
    if (status == FRIT_OK && !geometry_beam(&g, row, column))
        status = c->host->fail(c, FRIT_EPARAM,
                               "the beam does not meet the plane of the detector: give row and column");
    return status;
}

frit_status beam_stop_run(frit_call *c)
{
    const struct beam_stop *p = c->params;
    const frit_view *frame = c->host->input(c, 0, 0);
    double row, column;
    if (!frame)
        return FRIT_EIO;
    frit_status status = find_centre(c, frame, &row, &column);
    if (status != FRIT_OK)
        return status;
    size_t rows = frame->shape[0], columns = frame->shape[1];
    frit_buffer *out = c->host->output(c, 0, FRIT_U8, 2, (size_t[]){rows, columns}, 0);
    if (!out)
        return FRIT_ENOMEM;
    double along_row = sin(DEGREE * p->arm_angle), along_column = cos(DEGREE * p->arm_angle);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < columns; j++) {
            double y = (double)i + 0.5 - row, x = (double)j + 0.5 - column;
            bool disc = y * y + x * x <= p->radius * p->radius;
            double along = y * along_row + x * along_column, across = y * along_column - x * along_row;
            bool arm = !isnan(p->arm_width) && along >= -SLACK && fabs(across) <= p->arm_width / 2 + SLACK;
            ((uint8_t *)out->data)[i * columns + j] = disc || arm;
        }
    return FRIT_OK;
}
