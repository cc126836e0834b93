frit1dir = $(includedir)/frit-1/frit
frit1_HEADERS = %D%/plugin.h

# A convenience library, so that the program is one ELF file and the tests link the same objects.
noinst_LTLIBRARIES += %D%/libcore.la
%C%_libcore_la_SOURCES = \
  %D%/plugin.h \
  %D%/agree.c %D%/agree.h \
  %D%/call.c \
  %D%/composition.c %D%/composition.h \
  %D%/crash.c %D%/crash.h \
  %D%/dataset.c %D%/dataset.h \
  %D%/digest.c %D%/digest.h %D%/digest_memo.c %D%/digest_memo.h \
  %D%/disk.c %D%/disk.h \
  %D%/error.c %D%/error.h \
  %D%/eval.c %D%/eval.h %D%/eval_private.h \
  %D%/eval_adopt.c %D%/eval_batch.c %D%/eval_compute.c %D%/eval_element.c %D%/eval_foresee.c %D%/eval_keep.c %D%/eval_plan.c %D%/eval_rows.c \
  %D%/eval_sink.c %D%/eval_stages.c %D%/eval_state.c %D%/eval_stream.c %D%/eval_why.c \
  %D%/files.c %D%/files.h \
  %D%/draw.c %D%/draw.h \
  %D%/graph.c %D%/graph.h %D%/graph_draws.c %D%/graph_elements.c \
  %D%/host.c %D%/host.h %D%/host_parallel.c %D%/rows.h \
  %D%/key.c %D%/key.h \
  %D%/loader.c %D%/loader.h \
  %D%/node_key.c %D%/node_key.h \
  %D%/output.c %D%/output.h \
  %D%/pages.h \
  %D%/pack.c %D%/pack.h \
  %D%/params.c %D%/params.h %D%/params_describe.c %D%/params_number.c %D%/params_private.h \
  %D%/pool.c %D%/pool.h \
  %D%/progress.c %D%/progress.h \
  %D%/provenance.c %D%/provenance.h \
  %D%/read_ahead.c %D%/read_ahead.h \
  %D%/registry.c %D%/registry.h \
  %D%/run_record.c %D%/run_record.h \
  %D%/script.c %D%/script.h %D%/script_node.c %D%/script_private.h %D%/script_series.c \
  %D%/script_value.c \
  %D%/store.c %D%/store.h \
  %D%/text.c %D%/text.h \
  %D%/unit.c %D%/unit.h \
  %D%/view.c %D%/view.h \
  %D%/xxh3.h
%C%_libcore_la_CPPFLAGS = $(AM_CPPFLAGS) \
  -DSOURCE_SCRIPTS='"$(abs_top_srcdir)/scripts"' \
  -DPLUGINDIR='"$(plugindir)"' -DSCRIPTDIR='"$(pkgdatadir)"'
CORE_CFLAGS = $(AM_CFLAGS) $(GLIB_CFLAGS) $(JSON_CFLAGS) $(XXHASH_CFLAGS) $(LUA_CFLAGS) $(UDUNITS_CFLAGS)
%C%_libcore_la_CFLAGS = $(CORE_CFLAGS)
%C%_libcore_la_LIBADD = $(GLIB_LIBS) $(JSON_LIBS) $(XXHASH_LIBS) $(LUA_LIBS) $(UDUNITS_LIBS) $(LTDL_LIBS)

bin_PROGRAMS += %D%/frit
%C%_frit_SOURCES = %D%/main.c %D%/command.h %D%/cmd_run.c %D%/cmd_plugins.c %D%/cmd_help.c %D%/cmd_simulate.c
%C%_frit_CFLAGS = $(CORE_CFLAGS)
%C%_frit_LDADD = %D%/libcore.la
