# A plan warns when the last nightly load failed, or is late. In HCP Terraform such a check also runs by itself.
check "nightly_load" {
  data "kfp_runs" "last" {
    recurring_run = "nightly-load"
    phases        = ["Succeeded", "Failed", "Error"]
    limit         = 1
  }

  assert {
    condition = alltrue([for run in data.kfp_runs.last.runs : run.phase == "Succeeded"])
    error_message = join("\n", [for run in data.kfp_runs.last.runs :
      "Run ${run.name}, due at ${run.scheduled_time}, is ${run.phase}: ${jsonencode(run.failed_tasks)}"
    ])
  }

  assert {
    condition     = anytrue([for run in data.kfp_runs.last.runs : timecmp(timeadd(run.scheduled_time, "26h"), plantimestamp()) > 0])
    error_message = "No nightly load of the last 26 hours has ended."
  }
}

# A precondition or postcondition stops the plan instead: nothing is changed while last night's load is broken.
data "kfp_runs" "failed" {
  recurring_run = "nightly-load"
  phases        = ["Failed", "Error"]
  since         = "26h"

  lifecycle {
    postcondition {
      condition     = length(self.runs) == 0
      error_message = "The nightly load failed: ${join(", ", self.runs[*].name)}."
    }
  }
}
