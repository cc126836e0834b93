plugin_LTLIBRARIES += %D%/masks.la
%C%_masks_la_SOURCES = %D%/masks.c %D%/masks.h %D%/beam_stop.c %D%/polygon.c %D%/combine.c %D%/bad_pixels.c \
	%D%/outliers.c %D%/rings.c %D%/rings.h %D%/median.c %D%/median.h plugins/azimuthal/azimuthal.h \
	plugins/azimuthal/frame_plan.c plugins/azimuthal/frame_read.c plugins/azimuthal/frame_plan.h \
	plugins/azimuthal/calibration.c plugins/azimuthal/converter.c plugins/azimuthal/poni.c plugins/azimuthal/poni.h \
	plugins/azimuthal/detectors.c plugins/azimuthal/integrator.c plugins/azimuthal/accumulate.c \
	plugins/azimuthal/integrator.h plugins/azimuthal/split.c plugins/azimuthal/split.h \
	plugins/shared/geometry.c plugins/shared/geometry.h plugins/shared/values.c plugins/shared/values.h \
	plugins/shared/atomic_weights.c plugins/shared/atomic_weights.h
%C%_masks_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
%C%_masks_la_CFLAGS = $(AM_CFLAGS) $(JSON_CFLAGS) $(XRL_CFLAGS)
%C%_masks_la_LDFLAGS = $(MODULE_LDFLAGS)
%C%_masks_la_LIBADD = $(JSON_LIBS) $(XRL_LIBS) -lm
