plugin_LTLIBRARIES += %D%/series.la
%C%_series_la_SOURCES = %D%/series.c plugins/shared/values.c plugins/shared/values.h
%C%_series_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
%C%_series_la_CFLAGS = $(AM_CFLAGS)
%C%_series_la_LDFLAGS = $(MODULE_LDFLAGS)
%C%_series_la_LIBADD = -lm
