// Package report tells of a run on one page: HTML that stands alone, without scripts and without a network, or Markdown
// for a pull request. It is made of what the state holds of the run, and of nothing else: the same run gives the same
// page, byte for byte.
//
// Whatever a task has written, names included, is text in it. In HTML the template's contexts see to that, and a policy
// in the page forbids scripts, forms and requests even to what would get past them; documents that tasks have written are
// shown in frames that may do nothing. In Markdown everything is in code spans and fences that it cannot close.
package report
