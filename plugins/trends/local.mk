plugin_LTLIBRARIES += %D%/trends.la
%C%_trends_la_SOURCES = %D%/trends.c %D%/trends.h %D%/spline.c %D%/transition.c %D%/transition_doc.c \
  %D%/residual.c %D%/thermal_expansion.c %D%/points.c %D%/points.h %D%/line.c %D%/line.h \
  %D%/pspline.c %D%/pspline.h %D%/kink.c %D%/kink.h %D%/kink_bootstrap.c %D%/kink_bootstrap.h \
  %D%/turning.c %D%/turning.h
%C%_trends_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
%C%_trends_la_CFLAGS = $(AM_CFLAGS) $(GSL_CFLAGS)
%C%_trends_la_LDFLAGS = $(MODULE_LDFLAGS)
%C%_trends_la_LIBADD = $(GSL_LIBS) -lm
