package acceptance_test

import "testing"

// store are containers that talk to the object store themselves: they know the address of an artifact, and no file.
const store = `
locals {
  s3 = <<-PY
    import datetime, hashlib, hmac, os, sys, urllib.parse, urllib.request

    def sign(key, text): return hmac.new(key, text.encode(), hashlib.sha256)

    def send(method, uri, body):
        host, path = "10.200.0.1:9000", "/" + urllib.parse.quote(uri[len("s3://"):])
        now, digest = datetime.datetime.utcnow().strftime("%Y%m%dT%H%M%SZ"), hashlib.sha256(body).hexdigest()
        headers = [("host", host), ("x-amz-content-sha256", digest), ("x-amz-date", now)]
        names = ";".join(name for name, _ in headers)
        lines = [method, path, ""] + [name + ":" + value for name, value in headers] + ["", names, digest]
        scope = [now[:8], "us-east-1", "s3", "aws4_request"]
        request = ["AWS4-HMAC-SHA256", now, "/".join(scope), hashlib.sha256("\n".join(lines).encode()).hexdigest()]
        key = ("AWS4" + os.environ["SECRET"]).encode()
        for part in scope: key = sign(key, part).digest()
        authorization = "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
            os.environ["ACCESS"], "/".join(scope), names, sign(key, "\n".join(request)).hexdigest())
        request = urllib.request.Request("http://" + host + path, body or None, dict(headers, Authorization=authorization), method=method)
        return urllib.request.urlopen(request).read()

    def place(uri): return "/".join(part for part in uri.split("/") if part not in (os.environ["RUN"], uri.split("/")[-2]))
  PY
  credentials = {
    ACCESS = { name = "s3-credentials", key = "accesskey" }
    SECRET = { name = "s3-credentials", key = "secretkey" }
  }
}

resource "kfp_component" "upload" {
  name      = "upload"
  inputs    = { text = { type = "string" } }
  outputs   = { model = { type = "Dataset" }, said = { type = "string" } }
  container = {
    image   = "python:3.11-slim"
    command = ["python3", "-c", "${local.s3}\nsend('PUT', sys.argv[1], sys.argv[2].encode())\nopen(sys.argv[3], 'w').write(place(sys.argv[1]))"]
    args    = ["{{ outputs.model.uri }}", "{{ inputs.text }}", "{{ outputs.said.path }}"]
  }
}

resource "kfp_component" "download" {
  name      = "download"
  inputs    = { model = { type = "Artifact" } }
  outputs   = { text = { type = "string" } }
  container = {
    image   = "python:3.11-slim"
    command = ["python3", "-c", "${local.s3}\nopen(sys.argv[3], 'w').write(send('GET', sys.argv[1], b'').decode() + '=' + open(sys.argv[2]).read())"]
    args    = ["{{ inputs.model.uri }}", "{{ inputs.model.path }}", "{{ outputs.text.path }}"]
  }
}

resource "kfp_component" "tell" {
  name   = "tell"
  python = { base_image = "python:3.11-slim", source = <<-PY
    from kfp import dsl

    def tell(file: dsl.Input[dsl.Artifact], made: dsl.Output[dsl.Dataset]) -> str:
        with open(made.path, "w") as f:
            f.write(made.uri)
        return file.uri
  PY
  }
}

resource "kfp_component" "same" {
  name   = "same"
  python = { base_image = "python:3.11-slim", source = <<-PY
    from kfp import dsl

    def same(file: dsl.Input[dsl.Dataset]) -> bool:
        return open(file.path).read() == file.uri and file.uri.startswith("s3://argo/")
  PY
  }
}
`

// Containers and functions know where their artifacts lie, and a container may put one there itself.
func TestAccAddresses(t *testing.T) {
	t.Parallel()
	construct{
		cluster: "a container writes to a bucket itself",
		name:    "addresses",
		tasks: `
    upload   = { component = kfp_component.upload.ref, inputs = { text = "{{ '{{' }}weights}}" }, secret_env = local.credentials, env = { RUN = "{{ run.name }}" } }
    download = { component = kfp_component.download.ref, inputs = { model = "{{ tasks.upload.outputs.model }}" }, secret_env = local.credentials, env = { RUN = "" } }
    loop     = { component = kfp_component.upload.ref, for_each = jsonencode(["a", "b"]), inputs = { text = "<{{ each.value }}>" }, secret_env = local.credentials, env = { RUN = "{{ run.name }}" } }
    join     = { component = kfp_component.join.ref, inputs = { files = "{{ tasks.loop.outputs.model }}" } }
    tell     = { component = kfp_component.tell.ref, inputs = { file = "{{ tasks.upload.outputs.model }}" } }
    same     = { component = kfp_component.same.ref, inputs = { file = "{{ tasks.tell.outputs.made }}" } }`,
		extra: "---" + artifacts + store,
		outputs: map[string]string{
			"place": "{{ tasks.upload.outputs.said }}", "text": "{{ tasks.download.output }}", "join": "{{ tasks.join.output }}",
			"same": "{{ tasks.same.output }}",
		},
		want: map[string]string{
			"place": "s3://argo/construct/upload/model", "text": "{{weights}}={{weights}}", "join": "0=<a>;1=<b>;", "same": "true",
		},
		pods: 11,
	}.Run(t)
}
