terraform {
  required_providers {
    kfp = {
      source = "terraform-provider-kfp/kfp"
    }
  }
}

provider "kfp" {}

variable "max_rejected_share" {
  description = "Share of the orders that may make no sense before the run fails."
  type        = number
  default     = 0.5
}

locals {
  database = { PGHOST = "shop-database", PGDATABASE = "postgres", PGCONNECT_TIMEOUT = "10" }
  login = {
    PGUSER     = { name = "shop-database", key = "username" }
    PGPASSWORD = { name = "shop-database", key = "password" }
  }
  # psql of Debian's image lies beside the server's programs; elsewhere it is on the path.
  psql = "PATH=$PATH:$(echo /usr/lib/postgresql/*/bin); exec psql -X -v ON_ERROR_STOP=1 -qAt"
}

# Runs SQL and gives what it prints.
resource "kfp_component" "sql" {
  name    = "shop-sql"
  inputs  = { statement = { type = "string" } }
  outputs = { result = { type = "string" } }
  container = {
    image   = "postgres:15"
    command = ["sh", "-ec", "${local.psql} -c \"$1\" > \"$2\"", "sh"]
    args    = ["{{ inputs.statement }}", "{{ outputs.result.path }}"]
  }
}

resource "kfp_component" "extract" {
  name    = "shop-extract"
  inputs  = { query = { type = "string" } }
  outputs = { rows = { type = "Dataset" } }
  container = {
    image   = "postgres:15"
    command = ["sh", "-ec", "${local.psql} -c \"copy ($1) to stdout with csv header\" > \"$2\"", "sh"]
    args    = ["{{ inputs.query }}", "{{ outputs.rows.path }}"]
  }
}

resource "kfp_component" "load" {
  name    = "shop-load"
  inputs  = { rows = { type = "Dataset" }, table = { type = "string" } }
  outputs = { loaded = { type = "integer" } }
  container = {
    image = "postgres:15"
    command = ["sh", "-ec", <<-EOT
      ${replace(local.psql, "exec psql", "run=psql; $run")} --single-transaction -c "truncate $1" -c "\\copy $1 from '$2' with csv header"
      ${replace(local.psql, "exec psql", "run=psql; $run")} -c "select count(*) from $1" > "$3"
    EOT
    , "sh"]
    args = ["{{ inputs.table }}", "{{ inputs.rows.path }}", "{{ outputs.loaded.path }}"]
  }
}

resource "kfp_component" "transform" {
  name   = "shop-transform"
  python = { source = file("${path.module}/src/transform.py"), file = "transform.py", base_image = "python:3.11-slim" }
}

resource "kfp_component" "validate" {
  name   = "shop-validate"
  python = { source = file("${path.module}/src/validate.py"), file = "validate.py", base_image = "python:3.11-slim" }
}

resource "kfp_component" "notify" {
  name   = "shop-notify"
  python = { source = file("${path.module}/src/notify.py"), file = "notify.py", base_image = "python:3.11-slim" }
}

resource "kfp_pipeline" "shop" {
  name        = "shop-etl"
  description = "Totals of each customer, from the shop's orders."
  parameters  = { max_rejected_share = { type = "float", default = "0.5" } }
  timeout     = "30m"
  defaults = {
    retry   = { limit = 2, policy = "OnError", backoff = { duration = "5s", factor = 2 } }
    timeout = "5m"
  }
  tasks = {
    check = {
      component  = kfp_component.sql.ref
      inputs     = { statement = "create table if not exists totals (customer text, orders int, amount numeric); select count(*) from orders" }
      env        = local.database
      secret_env = local.login
    }
    extract = {
      component  = kfp_component.extract.ref
      when       = "int(tasks.check.output) > 0"
      inputs     = { query = "select id, customer, amount from orders" }
      env        = local.database
      secret_env = local.login
    }
    transform = { component = kfp_component.transform.ref, inputs = { orders = "{{ tasks.extract.output }}" } }
    validate = {
      component = kfp_component.validate.ref
      inputs = {
        accepted           = "{{ tasks.transform.outputs.accepted }}"
        rejected           = "{{ tasks.transform.outputs.rejected }}"
        max_rejected_share = "{{ parameters.max_rejected_share }}"
      }
    }
    load = {
      component  = kfp_component.load.ref
      depends_on = ["validate"]
      inputs     = { rows = "{{ tasks.transform.outputs.totals }}", table = "totals" }
      env        = local.database
      secret_env = local.login
    }
    verify = {
      component  = kfp_component.sql.ref
      inputs     = { statement = "select case when count(*) = {{ tasks.load.output }} then 'ok' else 'lost rows' end from totals" }
      env        = local.database
      secret_env = local.login
    }
  }
  on_exit = {
    clean_up = {
      component  = kfp_component.sql.ref
      inputs     = { statement = "drop table if exists staging" }
      env        = local.database
      secret_env = local.login
    }
    notify = {
      component = kfp_component.notify.ref
      inputs    = { status = "{{ run.status }}", failures = "{{ run.failures }}" }
    }
  }
  outputs = {
    verified       = "{{ tasks.verify.output }}"
    loaded         = "{{ tasks.load.output }}"
    rejected_share = "{{ tasks.validate.output }}"
  }
}

resource "kfp_run" "now" {
  pipeline   = kfp_pipeline.shop.ref
  parameters = { max_rejected_share = var.max_rejected_share }
  timeouts   = { create = "10m" }
}

output "result" {
  value = kfp_run.now.outputs
}
