plugin_LTLIBRARIES += %D%/pillars.la
%C%_pillars_la_SOURCES = %D%/pillars.c %D%/pillars.h %D%/pillar.c %D%/compression.c %D%/compression.h \
  %D%/scatter.c %D%/scatter.h %D%/simulate_pillars.c %D%/write_femtotools.c plugins/shared/events.c plugins/shared/events.h \
  plugins/shared/noise.c plugins/shared/noise.h plugins/columns/finish.c plugins/columns/finish.h
%C%_pillars_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
%C%_pillars_la_CFLAGS = $(AM_CFLAGS) $(GSL_CFLAGS)
%C%_pillars_la_LDFLAGS = $(MODULE_LDFLAGS)
%C%_pillars_la_LIBADD = $(GSL_LIBS) -lm
