plugin_LTLIBRARIES += %D%/calorimetry.la
%C%_calorimetry_la_SOURCES = %D%/calorimetry.c %D%/calorimetry.h %D%/read_calorimetry.c %D%/export.c \
  %D%/export.h %D%/formats.c %D%/segments.c %D%/segments.h %D%/runs.c %D%/select_segment.c \
  %D%/align_isotherms.c %D%/specific_heat.c %D%/specific_heat_steps.c %D%/sapphire.c %D%/sapphire.h \
  %D%/curve.c %D%/curve.h %D%/curve_noise.c %D%/glass_transition.c %D%/peak.c %D%/under_peak.c \
  %D%/under_peak.h %D%/baseline.c %D%/relaxation_enthalpy.c %D%/fictive_temperature.c %D%/calibrate.c \
  %D%/standards.c %D%/standards.h %D%/molar.c %D%/simulate_dsc.c %D%/dsc_model.c %D%/dsc_model.h \
  %D%/write_stare.c plugins/simulate/structure.c plugins/simulate/structure.h plugins/simulate/crystal.c \
  plugins/simulate/crystal.h plugins/columns/text.c plugins/columns/text.h plugins/columns/cells.c \
  plugins/columns/cells.h plugins/columns/label.c plugins/columns/label.h plugins/columns/finish.c plugins/columns/finish.h plugins/shared/lookup.c \
  plugins/shared/lookup.h plugins/shared/atomic_weights.c plugins/shared/atomic_weights.h
%C%_calorimetry_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
%C%_calorimetry_la_CFLAGS = $(AM_CFLAGS) $(GLIB_CFLAGS) $(GSL_CFLAGS)
%C%_calorimetry_la_LDFLAGS = $(MODULE_LDFLAGS)
%C%_calorimetry_la_LIBADD = $(GLIB_LIBS) $(GSL_LIBS) -lm
