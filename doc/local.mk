# Installed as they stand here, beside README.md, so that their links work; the templates are there to be copied.
pagesdir = $(docdir)/doc
dist_pages_DATA = \
  %D%/accuracy.md \
  %D%/environment.md \
  %D%/how-it-works.md \
  %D%/indentation.md \
  %D%/paper.md \
  %D%/performance.md \
  %D%/plugin-api.md \
  %D%/recipes.md \
  %D%/review.md \
  %D%/simulation.md \
  %D%/steps.md

decisionsdir = $(pagesdir)/decisions
dist_decisions_DATA = \
  %D%/decisions/0001-one-function-one-header.md \
  %D%/decisions/0002-settings-and-folders.md \
  %D%/decisions/0003-same-file-name-hides-same-step-name-is-refused.md \
  %D%/decisions/0004-digest-of-loaded-sections.md \
  %D%/decisions/0005-stages-and-packs.md \
  %D%/decisions/0006-sidecar-provenance.md \
  %D%/decisions/0007-electron-is-a-unit.md \
  %D%/decisions/0008-series-in-the-view.md \
  %D%/decisions/0009-draws-rebuild-a-part-of-the-graph.md \
  %D%/decisions/0010-packs-grow-along-a-series.md \
  %D%/decisions/0011-parts-leave-barriers.md \
  %D%/decisions/0012-a-run-is-remembered.md \
  %D%/decisions/0013-experiments-and-papers-are-recipes.md \
  %D%/decisions/0014-batches-rows-and-blocks.md \
  %D%/decisions/0015-covariance-in-terms.md \
  %D%/decisions/0016-digests-on-the-way.md \
  %D%/decisions/0017-made-where-it-is-kept.md

templatesdir = $(pagesdir)/templates
dist_templates_DATA = \
  %D%/templates/batch.c \
  %D%/templates/correction.c \
  %D%/templates/plan.c \
  %D%/templates/reader.c \
  %D%/templates/reduction.c \
  %D%/templates/sink.c
