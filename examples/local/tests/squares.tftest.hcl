# terraform test runs these without a cluster, in a directory of their own: what an apply has made is in another one.
provider "kfp" {
  local = { directory = ".kfp-test" }
}

run "the_graph_is_right" {
  command = plan

  assert {
    condition     = length(kfp_pipeline.squares.tasks) == 3
    error_message = "The pipeline has ${length(kfp_pipeline.squares.tasks)} tasks."
  }
}

run "it_computes" {
  assert {
    condition     = kfp_run.this.outputs.sum == "30"
    error_message = "1 + 4 + 9 + 16 is not ${kfp_run.this.outputs.sum}."
  }
  assert {
    condition     = kfp_run.this.tasks["square"].attempts == 4
    error_message = "Not every number was squared."
  }
}

run "no_numbers_give_nothing" {
  variables {
    n = 0
  }
  assert {
    condition     = kfp_run.this.outputs.sum == "0"
    error_message = "The sum of nothing is ${kfp_run.this.outputs.sum}."
  }
}

run "words_are_no_numbers" {
  command = plan
  variables {
    n = "four"
  }
  expect_failures = [var.n]
}
