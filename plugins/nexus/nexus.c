/* nexus: data to and from HDF5, as NeXus says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "nexus.h"

static const frit_step steps[] = {
    {
        .name = "write_nexus", .version = 1, .flags = FRIT_STEP_SINK,
        .summary = "Write numbers, curves, frames and series of them as NeXus (HDF5)",
        .doc =
"One file with an NXentry; in it for each dataset an NXdata, named after the quantity, which the usual\n"
"programs plot by themselves (silx, DAWN, NeXpy, h5web):\n"
"\n"
"- the values in their own type, with `units`; a series has a leading axis with the elements' positions,\n"
"  and `element_name` beside it;\n"
"- `NAME_errors`: the standard uncertainty; `NAME_mask`: 1 where nothing was measured. Masked\n"
"  floating-point values are NaN; an element that is missing is a row of them;\n"
"- an axis for each dimension that has positions, with `units`; \".\" for one that has none;\n"
"- `definition`: which function this is, where the data say it;\n"
"- beside it an NXprocess: program, version, each step with its parameters as an NXnote in their order, and\n"
"  what is known of the measurement as `parameters`. Of a series these are the first element's.\n"
"\n"
"All elements of a series must have one shape and the same positions. They are written one after the other:\n"
"memory does not grow with their number. A series of one element without a position is written as that\n"
"element.\n"
"The file has no times in it: the same data give the same bytes with the same version of HDF5.\n",
        .reference = "M. Könnecke et al., J. Appl. Cryst. 48 (2015) 301, doi:10.1107/S1600576714027575",
        .inputs = write_nexus_inputs, .params = write_nexus_params, .params_size = sizeof(struct write_nexus),
        .run = write_nexus_run
    },
    {
        .name = "read_nexus", .version = 1,
        .summary = "Read a dataset from NeXus and other HDF5 files: curves, frames, stacks of them",
        .doc =
"Without `dataset` the file's default is read: the signal to which `default` leads, else the first NXdata's\n"
"signal, else the only dataset of numbers. Types are the file's own; half precision becomes single,\n"
"booleans become 0 and 1.\n"
"\n"
"**Elements.** A signal says by `interpretation` whether it holds scalars, spectra or images; the\n"
"dimensions before those count elements, the last of them fastest. Without it, three dimensions and more\n"
"are a stack of frames. Only the element's own rows are read. The positions of a series are a dataset too:\n"
"`frit.read(\"glass.nxs\", { dataset = \"/entry/structure_factor/T\" })` gives them for `along`; each\n"
"element has its own as an attribute of that name.\n"
"\n"
"**Of an NXdata** come the axes that `axes` names, where they have the length of their dimension (else an\n"
"index from 1), `NAME_errors`, `errors` or what `uncertainties` names, and `NAME_mask`. Values or\n"
"uncertainties that are not finite, values below `min_valid` or above `max_valid` are masked. Units are\n"
"understood in the usual spellings; one that is not known is taken as 1, with a warning.\n"
"\n"
"**Other files.** External links and virtual datasets are followed; those files count for what is up to\n"
"date. Filters that HDF5 does not bring (Bitshuffle, LZ4, Blosc) must be installed as its plugins. A\n"
"dataset that promises two thousand times more than is stored was not written to its end, and is refused.\n",
        .reference = "M. Könnecke et al., J. Appl. Cryst. 48 (2015) 301, doi:10.1107/S1600576714027575",
        .patterns = "*.nxs|*.h5|*.hdf5|*.nxs.h5|*.hdf",
        .outputs = read_nexus_outputs, .params = read_nexus_params, .params_size = sizeof(struct read_nexus),
        .check = read_nexus_check, .count = read_nexus_count, .run = read_nexus_run
    }
};

static const frit_module module = {
    FRIT_SIZES, .n_steps = sizeof steps / sizeof *steps, .name = "nexus", .version = "0.1.0",
    .author = "the Frit authors", .license = "GPL-3.0-or-later", .steps = steps
};

const frit_module *frit_module_v1(void)
{
    return &module;
}
