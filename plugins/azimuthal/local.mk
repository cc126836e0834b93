plugin_LTLIBRARIES += %D%/azimuthal.la
%C%_azimuthal_la_SOURCES = %D%/azimuthal.c %D%/azimuthal.h %D%/integrate.c %D%/cake.c %D%/pixel_geometry.c \
	%D%/frame_plan.c %D%/frame_read.c %D%/frame_plan.h %D%/calibration.c %D%/converter.c %D%/poni.c %D%/poni.h \
	%D%/detectors.c %D%/integrator.c %D%/accumulate.c %D%/integrator.h \
	%D%/batch.c %D%/batch.h %D%/totals.c %D%/integrate.h %D%/integrate_batch.c %D%/matrix.h %D%/matrix_make.c %D%/matrix_tiles.c %D%/matrix_sum.c \
	%D%/matrix_data.h %D%/matrix_data.c %D%/matrix_layout.h %D%/matrix_place.c %D%/integration_matrix.c %D%/setup.h %D%/setup_rows.c %D%/setup_kernel.c %D%/setup_body.h \
	%D%/processor.h %D%/processor.c %D%/kernel.h %D%/kernel.c %D%/kernel_body.h %D%/batch_body.h %D%/batch_load_body.h \
	%D%/split.c %D%/split.h \
	%D%/robust.h %D%/robust_steps.h %D%/robust_steps.c %D%/robust_make.c %D%/robust_sum.c %D%/robust_ring.h %D%/robust_ring.c \
	%D%/robust_kernel.h %D%/robust_kernel.c %D%/robust_body.h \
	plugins/shared/geometry.c plugins/shared/geometry.h plugins/shared/absorbed.h plugins/shared/unroll.h plugins/shared/values.c plugins/shared/values.h \
	plugins/shared/atomic_weights.c plugins/shared/atomic_weights.h
%C%_azimuthal_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
# Square roots and divisions of many pixels at once: the same bits, errno and exceptions aside.
%C%_azimuthal_la_CFLAGS = $(AM_CFLAGS) -fno-math-errno -fno-trapping-math $(JSON_CFLAGS) $(XRL_CFLAGS)
%C%_azimuthal_la_LDFLAGS = $(MODULE_LDFLAGS)
%C%_azimuthal_la_LIBADD = $(JSON_LIBS) $(XRL_LIBS) -lm
