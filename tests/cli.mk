# The program as users run it: shell scripts that speak TAP, each in a fresh folder with a store of its
# own; and a plugin built against the installed header.
cli_tests = %D%/cli/run.sh %D%/cli/bits.sh %D%/cli/memory.sh %D%/cli/bad_input.sh %D%/cli/plugins.sh %D%/cli/lua.sh \
  %D%/cli/numbers.sh %D%/cli/matrix.sh %D%/cli/simulate.sh %D%/cli/part.sh %D%/cli/resume.sh %D%/cli/why.sh \
  %D%/cli/raw.sh %D%/cli/paper.sh %D%/cli/first_run.sh
check_PROGRAMS += %D%/cli/make_frames %D%/cli/peak
%C%_cli_make_frames_LDADD = -lm
TESTS += $(cli_tests)
EXTRA_DIST += $(cli_tests) %D%/cli/lib.sh %D%/cli/modules.sh %D%/lab/installcheck.sh %D%/lab/lab_polynomial.c

# Below DESTDIR the program does not stand where it will run: lead it to its plugins and scripts there.
installcheck-local:
	unset FRIT_SYSTEM_PLUGIN_PATH FRIT_SCRIPT_PATH; \
	if test -n '$(DESTDIR)'; then \
	  FRIT_SYSTEM_PLUGIN_PATH='$(DESTDIR)$(plugindir)'; FRIT_SCRIPT_PATH='$(DESTDIR)$(pkgdatadir)'; \
	  PKG_CONFIG_SYSROOT_DIR='$(DESTDIR)'; \
	  export FRIT_SYSTEM_PLUGIN_PATH FRIT_SCRIPT_PATH PKG_CONFIG_SYSROOT_DIR; \
	fi; \
	FRIT='$(DESTDIR)$(bindir)/frit'; PLUGIN_SOURCE='$(abs_top_srcdir)/%D%/lab/lab_polynomial.c'; \
	PLUGINDIR='$(DESTDIR)$(plugindir)'; SCRIPTDIR='$(DESTDIR)$(pkgdatadir)'; CC='$(CC)'; PKG_CONFIG='$(PKG_CONFIG)'; LC_ALL=C.UTF-8; \
	PKG_CONFIG_PATH='$(DESTDIR)$(pkgconfigdir)'"$${PKG_CONFIG_PATH:+:$$PKG_CONFIG_PATH}"; \
	export FRIT PLUGIN_SOURCE PLUGINDIR SCRIPTDIR CC PKG_CONFIG LC_ALL PKG_CONFIG_PATH; \
	$(SHELL) '$(top_srcdir)/%D%/lab/installcheck.sh'
