plugin_LTLIBRARIES += %D%/series.la
%C%_series_la_SOURCES = %D%/series.c %D%/series.h %D%/attribute.c %D%/elements.c %D%/interpolate_log.c %D%/log_curve.c \
	%D%/log_curve.h %D%/positions.c plugins/shared/axes.c plugins/shared/axes.h plugins/shared/time_text.c plugins/shared/time_text.h \
	plugins/shared/values.c plugins/shared/values.h plugins/masks/median.c plugins/masks/median.h
%C%_series_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
%C%_series_la_CFLAGS = $(AM_CFLAGS)
%C%_series_la_LDFLAGS = $(MODULE_LDFLAGS)
%C%_series_la_LIBADD = -lm
