# Converted from flow.yaml, compiled by kfp-2.15.2.
#
# Factor that is not whole: flow.yaml:175: Task "say" waits 1.5 times as long after each attempt. Argo
# knows whole numbers, so it is 1.

resource "kfp_component" "count" {
  name    = "flow-count"
  inputs  = { n = { type = "integer", default = "1" } }
  outputs = { n = { type = "integer" } }
  container = {
    image   = "alpine"
    command = ["sh", "-c", "echo \"$0\" > \"$1\"", "{{ inputs.n }}", "{{ outputs.n.path }}"]
  }
}

resource "kfp_component" "report" {
  name = "flow-report"
  inputs = {
    status = { type = "PipelineTaskFinalStatus", optional = true }
    who    = { type = "string" }
  }
  container = {
    image = "alpine"
    command = [
      "echo",
      "{{ inputs.status == nil ? '' : toJSON(inputs.status) }}",
      "{{ inputs.who }}",
    ]
  }
}

resource "kfp_component" "say" {
  name    = "flow-say"
  inputs  = { text = { type = "string" } }
  outputs = { said = { type = "string" } }
  container = {
    image   = "alpine"
    command = ["sh", "-c", "echo \"$0\" | tee \"$1\""]
    args    = ["{{ inputs.text }}", "{{ outputs.said.path }}"]
  }
}

resource "kfp_component" "sum" {
  name      = "flow-sum"
  inputs    = { numbers = { type = "list" } }
  container = { image = "alpine", command = ["echo"], args = ["{{ inputs.numbers }}"] }
}

# Containers run as user 65532 here, and as their images' users in KFP and in a package. For an image
# that needs root: security_context = { run_as_user = 0, run_as_non_root = false }, in defaults or in
# its tasks.
resource "kfp_pipeline" "flow" {
  # Shown in KFP as: The flow
  name        = "flow"
  description = "All that runs more than once, or not at all."
  parameters = {
    coin = { type = "string", default = "heads", description = "What fell." }
    n    = { type = "integer", optional = true }
    rows = { type = "list", default = jsonencode([{ na-me = "a" }, { na-me = "b" }]) }
  }
  groups = {
    condition_3 = {
      tasks = {
        say_2 = { component = kfp_component.say.ref, inputs = { text = "tails" } }
      }
      outputs = { say_2_said = "{{ tasks.say_2.output }}" }
    }
    condition_branches_1 = {
      parameters = { coin = { type = "string" } }
      tasks = {
        condition_3 = { group = "condition_3", when = "!(parameters.coin == 'heads')" }
        say = {
          component = kfp_component.say.ref
          when      = "parameters.coin == 'heads'"
          inputs    = { text = "got {{ \"{{\" }}heads}}, {{ parameters.coin }}!" }
          cache     = { enabled = true }
        }
      }
      outputs = {
        condition_branches_1_oneof_1 = "{{ tasks.say.output ?? tasks.condition_3.output }}"
      }
    }
    exit_handler_1 = {
      parameters = { after_it_said = { type = "string" }, coin = { type = "string" } }
      tasks = {
        say = {
          component = kfp_component.say.ref
          inputs    = { text = "{{ parameters.coin }}" }
          retry     = { limit = 3, backoff = { duration = "10s", factor = 1, max = "1h" } }
        }
      }
      on_exit = {
        report = {
          component = kfp_component.report.ref
          inputs = {
            status = "{{ {state: run.status == 'Succeeded' ? 'COMPLETE' : 'FAILED', pipelineTaskName: 'exit-handler-1', pipelineJobResourceName: run.name, error: {}} }}"
            who    = "{{ parameters.after_it_said }}"
          }
        }
      }
    }
    for_loop_1 = {
      parameters = { rows_loop_item = { type = "struct" } }
      tasks = {
        for_loop_2 = {
          group    = "for_loop_2"
          for_each = jsonencode([1, 2, 3.5])
          inputs   = { loop_item_param_3 = "{{ fromJSON(string(each.value)) }}" }
        }
        say = {
          component = kfp_component.say.ref
          inputs = {
            text = "{{ type(parameters.rows_loop_item['na-me']) == 'string' ? parameters.rows_loop_item['na-me'] : toJSON(parameters.rows_loop_item['na-me']) }}"
          }
        }
      }
      outputs = { count_n = "{{ tasks.for_loop_2.output }}" }
    }
    for_loop_2 = {
      parameters = { loop_item_param_3 = { type = "integer" } }
      tasks = {
        count = {
          component = kfp_component.count.ref
          inputs    = { n = "{{ parameters.loop_item_param_3 }}" }
        }
        say = {
          component = kfp_component.say.ref
          inputs    = { text = "{{ string(parameters.loop_item_param_3) }}" }
        }
      }
      outputs = { count_n = "{{ tasks.count.output }}" }
    }
    inner = {
      parameters = { n = { type = "integer", optional = true } }
      tasks = {
        count = {
          component = kfp_component.count.ref
          inputs    = { n = "{{ parameters.n ?? 1 }}" }
          retry     = { limit = 2 }
        }
        sum = {
          component = kfp_component.sum.ref
          inputs    = { numbers = "{{ [1, parameters.n ?? nil, {'k': nil}] }}" }
        }
      }
    }
  }
  tasks = {
    condition_9 = {
      group        = "condition_3"
      display_name = "only-sometimes"
      when         = "parameters.coin != 'edge'"
    }
    condition_branches_1 = {
      group  = "condition_branches_1"
      inputs = { coin = "{{ parameters.coin }}" }
    }
    after_it = {
      component  = kfp_component.say.ref
      when       = "tasks.condition_9.status == 'Succeeded'"
      depends_on = ["condition_9", "condition_branches_1"]
      inputs     = { text = "true" }
    }
    after_that = {
      component = kfp_component.say.ref
      inputs    = { text = "{{ tasks.after_it.output }}" }
    }
    exit_handler_1 = {
      group  = "exit_handler_1"
      inputs = { after_it_said = "{{ tasks.after_it.output }}", coin = "{{ parameters.coin }}" }
    }
    for_loop_1 = {
      group       = "for_loop_1"
      for_each    = "{{ parameters.rows }}"
      parallelism = 2
      inputs      = { rows_loop_item = "{{ each.value }}" }
    }
    inner = {
      group      = "inner"
      depends_on = ["exit_handler_1"]
      inputs     = { n = "{{ parameters.n }}" }
    }
    sum = {
      component = kfp_component.sum.ref
      inputs    = { numbers = "{{ flatten(tasks.for_loop_1.output) }}" }
    }
  }
  outputs = {
    # In KFP: which-one
    which_one = "{{ tasks.condition_branches_1.output }}"
  }
}
