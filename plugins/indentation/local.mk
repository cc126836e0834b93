plugin_LTLIBRARIES += %D%/indentation.la
%C%_indentation_la_SOURCES = %D%/indentation.c %D%/indentation.h %D%/read_indentation.c %D%/read_indentation_results.c \
  %D%/tests.c %D%/test.h %D%/column.c %D%/lines.c %D%/delimited.c %D%/hysitron.c %D%/fischerscope.c \
  %D%/nanosuite.c %D%/workbook.c %D%/workbook.h %D%/ole2.c %D%/xls.c %D%/xlsx.c %D%/why.h \
  %D%/record.c %D%/record.h %D%/segments.c %D%/segments.h %D%/contact.c %D%/drift.c %D%/frame_compliance.c \
  %D%/oliver_pharr.c %D%/analysis.c %D%/analysis.h %D%/unload.c %D%/unload.h %D%/area.c %D%/area.h \
  %D%/area_function.c %D%/frame_stiffness.c %D%/reference.c %D%/reference.h %D%/pop_in.c plugins/shared/events.c plugins/shared/events.h \
  plugins/shared/noise.c plugins/shared/noise.h \
  %D%/work.c %D%/works.c %D%/works.h %D%/creep.c %D%/statistics.c %D%/depth_profile.c %D%/simulate_indents.c \
  %D%/write_nanosuite.c plugins/shared/fit.c plugins/shared/fit.h plugins/shared/normal_fit.c plugins/shared/normal_fit.h \
  plugins/columns/text.c plugins/columns/text.h plugins/columns/finish.c plugins/columns/finish.h
%C%_indentation_la_CPPFLAGS = $(PLUGIN_CPPFLAGS)
%C%_indentation_la_CFLAGS = $(AM_CFLAGS) $(GLIB_CFLAGS) $(GSL_CFLAGS) $(ZIP_CFLAGS) $(EXPAT_CFLAGS)
%C%_indentation_la_LDFLAGS = $(MODULE_LDFLAGS)
%C%_indentation_la_LIBADD = $(GLIB_LIBS) $(GSL_LIBS) $(ZIP_LIBS) $(EXPAT_LIBS) -lm
