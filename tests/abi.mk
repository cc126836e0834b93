# Tests of the plugin interface: modules of a feature or two each, and the core that runs them.

check_LTLIBRARIES += \
  %D%/modules/numbers.la %D%/modules/read_shorts.la %D%/modules/reduce.la %D%/modules/several.la \
  %D%/modules/plan.la %D%/modules/types.la %D%/modules/labels.la %D%/modules/write.la \
  %D%/modules/mishap.la %D%/modules/toil.la %D%/modules/batch.la %D%/modules/older.la %D%/modules/newer.la %D%/modules/twin.la \
  %D%/modules/no_table.la %D%/modules/needs_newer.la %D%/modules/no_entry.la \
  %D%/modules/undefined.la %D%/modules/version2.la
EXTRA_DIST += %D%/modules/module.h %D%/modules/strides.h %D%/modules/witness.h

# As plugins are linked, but not installed; those that are refused for what they (do not) export, as they are.
TEST_MODULE_LDFLAGS = -module -avoid-version -shared -rpath /nowhere
%C%_modules_numbers_la_LDFLAGS = $(TEST_MODULE_LDFLAGS) -export-symbols-regex '^frit_module_v1$$' $(DEFS_LDFLAGS)
%C%_modules_read_shorts_la_LDFLAGS = $(TEST_MODULE_LDFLAGS) -export-symbols-regex '^frit_module_v1$$' $(DEFS_LDFLAGS)
%C%_modules_reduce_la_LDFLAGS = $(TEST_MODULE_LDFLAGS) -export-symbols-regex '^frit_module_v1$$' $(DEFS_LDFLAGS)
%C%_modules_several_la_LDFLAGS = $(TEST_MODULE_LDFLAGS) -export-symbols-regex '^frit_module_v1$$' $(DEFS_LDFLAGS)
%C%_modules_plan_la_LDFLAGS = $(TEST_MODULE_LDFLAGS) -export-symbols-regex '^frit_module_v1$$' $(DEFS_LDFLAGS)
%C%_modules_types_la_LDFLAGS = $(TEST_MODULE_LDFLAGS) -export-symbols-regex '^frit_module_v1$$' $(DEFS_LDFLAGS)
%C%_modules_labels_la_LDFLAGS = $(TEST_MODULE_LDFLAGS) -export-symbols-regex '^frit_module_v1$$' $(DEFS_LDFLAGS)
%C%_modules_write_la_LDFLAGS = $(TEST_MODULE_LDFLAGS) -export-symbols-regex '^frit_module_v1$$' $(DEFS_LDFLAGS)
%C%_modules_toil_la_LDFLAGS = $(TEST_MODULE_LDFLAGS) -export-symbols-regex '^frit_module_v1$$' $(DEFS_LDFLAGS)
%C%_modules_batch_la_LDFLAGS = $(TEST_MODULE_LDFLAGS) -export-symbols-regex '^frit_module_v1$$' $(DEFS_LDFLAGS)
%C%_modules_mishap_la_LDFLAGS = $(TEST_MODULE_LDFLAGS) -export-symbols-regex '^frit_module_v1$$' $(DEFS_LDFLAGS)
%C%_modules_older_la_LDFLAGS = $(TEST_MODULE_LDFLAGS) -export-symbols-regex '^frit_module_v1$$' $(DEFS_LDFLAGS)
%C%_modules_newer_la_LDFLAGS = $(TEST_MODULE_LDFLAGS) -export-symbols-regex '^frit_module_v1$$' $(DEFS_LDFLAGS)
%C%_modules_twin_la_LDFLAGS = $(TEST_MODULE_LDFLAGS) -export-symbols-regex '^frit_module_v1$$' $(DEFS_LDFLAGS)
%C%_modules_no_table_la_LDFLAGS = $(TEST_MODULE_LDFLAGS) -export-symbols-regex '^frit_module_v1$$' $(DEFS_LDFLAGS)
%C%_modules_needs_newer_la_LDFLAGS = $(TEST_MODULE_LDFLAGS) -export-symbols-regex '^frit_module_v1$$' $(DEFS_LDFLAGS)
%C%_modules_no_entry_la_LDFLAGS = $(TEST_MODULE_LDFLAGS)
%C%_modules_undefined_la_LDFLAGS = $(TEST_MODULE_LDFLAGS)
%C%_modules_version2_la_LDFLAGS = $(TEST_MODULE_LDFLAGS)

check_LTLIBRARIES += %D%/libfixture.la
%C%_libfixture_la_SOURCES = %D%/fixture.c %D%/fixture.h
%C%_libfixture_la_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_libfixture_la_CFLAGS = $(CORE_CFLAGS)
%C%_libfixture_la_LIBADD = core/libcore.la

core_tests += \
  %D%/core/abi_batch %D%/core/abi_failures %D%/core/abi_outputs %D%/core/abi_plans %D%/core/abi_sinks \
  %D%/core/abi_sources %D%/core/abi_units %D%/core/dataset %D%/core/eval %D%/core/eval_stop \
  %D%/core/graph %D%/core/graph_nodes %D%/core/loader %D%/core/registry %D%/core/streams

%C%_core_abi_failures_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_abi_failures_CFLAGS = $(CORE_CFLAGS)
%C%_core_abi_failures_LDADD = %D%/libfixture.la -lm
%C%_core_abi_outputs_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_abi_outputs_CFLAGS = $(CORE_CFLAGS)
%C%_core_abi_outputs_LDADD = %D%/libfixture.la -lm
%C%_core_abi_batch_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_abi_batch_CFLAGS = $(CORE_CFLAGS)
%C%_core_abi_batch_LDADD = %D%/libfixture.la -lm
%C%_core_abi_plans_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_abi_plans_CFLAGS = $(CORE_CFLAGS)
%C%_core_abi_plans_LDADD = %D%/libfixture.la -lm
%C%_core_abi_sinks_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_abi_sinks_CFLAGS = $(CORE_CFLAGS)
%C%_core_abi_sinks_LDADD = %D%/libfixture.la -lm
%C%_core_abi_sources_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_abi_sources_CFLAGS = $(CORE_CFLAGS)
%C%_core_abi_sources_LDADD = %D%/libfixture.la -lm
%C%_core_abi_units_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_abi_units_CFLAGS = $(CORE_CFLAGS)
%C%_core_abi_units_LDADD = %D%/libfixture.la -lm
%C%_core_dataset_SOURCES = %D%/core/dataset.c %D%/core/rich.h
%C%_core_dataset_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_dataset_CFLAGS = $(CORE_CFLAGS)
%C%_core_dataset_LDADD = core/libcore.la -lm
%C%_core_eval_SOURCES = %D%/core/eval.c %D%/core/rich.h
%C%_core_eval_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_eval_CFLAGS = $(CORE_CFLAGS)
%C%_core_eval_LDADD = %D%/libfixture.la -lm
%C%_core_eval_stop_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_eval_stop_CFLAGS = $(CORE_CFLAGS)
%C%_core_eval_stop_LDADD = %D%/libfixture.la -lm
%C%_core_graph_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_graph_CFLAGS = $(CORE_CFLAGS)
%C%_core_graph_LDADD = %D%/libfixture.la -lm
%C%_core_graph_nodes_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_graph_nodes_CFLAGS = $(CORE_CFLAGS)
%C%_core_graph_nodes_LDADD = %D%/libfixture.la -lm
%C%_core_loader_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_loader_CFLAGS = $(CORE_CFLAGS)
%C%_core_loader_LDADD = %D%/libfixture.la -lm
%C%_core_registry_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_registry_CFLAGS = $(CORE_CFLAGS)
%C%_core_registry_LDADD = core/libcore.la -lm
%C%_core_streams_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_core_streams_CFLAGS = $(CORE_CFLAGS)
%C%_core_streams_LDADD = %D%/libfixture.la -lm

plugin_tests += %D%/plugins/qa %D%/plugins/symbols
%C%_plugins_qa_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_plugins_qa_CFLAGS = $(CORE_CFLAGS)
%C%_plugins_qa_LDADD = %D%/libstep.la -lm
%C%_plugins_symbols_CPPFLAGS = $(TEST_CPPFLAGS)
%C%_plugins_symbols_CFLAGS = $(CORE_CFLAGS)
%C%_plugins_symbols_LDADD = %D%/libstep.la
