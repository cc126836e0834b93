plugin_LTLIBRARIES += %D%/arithmetic.la
%C%_arithmetic_la_SOURCES = %D%/arithmetic.c %D%/arithmetic.h %D%/combine.c %D%/ordered.c %D%/range.c \
  plugins/shared/axes.c plugins/shared/axes.h
%C%_arithmetic_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
%C%_arithmetic_la_CFLAGS = $(AM_CFLAGS)
%C%_arithmetic_la_LDFLAGS = $(MODULE_LDFLAGS)
%C%_arithmetic_la_LIBADD = -lm
