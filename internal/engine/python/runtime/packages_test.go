package runtime_test

import (
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/python/runtime/pypitest"
	"github.com/terraform-provider-kfp/terraform-provider-kfp/internal/engine/spec"
)

// index serves wheels as a package index, to those who know the password if there is one.
func index(t *testing.T, password string, wheels map[string][]byte) string {
	t.Helper()
	server := httptest.NewServer(pypitest.Index(password, wheels))
	t.Cleanup(server.Close)
	return server.URL + "/simple"
}

func greeter(t *testing.T) map[string][]byte {
	t.Helper()
	return map[string][]byte{
		"greeter-1.0-py3-none-any.whl": pypitest.Wheel(t, "greeter", "1.0", map[string]string{
			"greeter/__init__.py": "import politeness\ndef greet(): return politeness.WORD\n", "greeter.pth": "nested\n", "nested/by_pth.py": "",
			"colorsys.py": "raise ImportError('hides the standard library')", "greeter-1.0.data/scripts/greet": "#!python\nprint('script')\n",
		}, "politeness>=1"),
		"politeness-1.0-py3-none-any.whl": pypitest.Wheel(
			t, "politeness", "1.0", map[string]string{"politeness.py": "WORD = 'hello'\n"},
		),
		"politeness-2.0-py3-none-any.whl": pypitest.Wheel(
			t, "politeness", "2.0", map[string]string{"politeness.py": "WORD = 'good day'\n"},
		),
	}
}

const greet = `def f():
    import by_pth, colorsys, greeter, os, subprocess, sys
    child = subprocess.run([sys.executable, "-c", "import greeter; print(greeter.greet())"], stdout=subprocess.PIPE, check=True)
    script = subprocess.run("greet", stdout=subprocess.PIPE, check=True)
    assert (child.stdout.strip(), script.stdout.strip()) == (greeter.greet().encode(), b"script"), (child, script)
    return greeter.greet()
`

func packagesPod(t *testing.T, interpreter, indexURL string, packages ...string) *pod {
	t.Helper()
	config := function("f", spec.String)
	config.Packages, config.IndexURLs = packages, []string{indexURL}
	p := newPod(t, interpreter, config, map[string]string{"user.py": greet})
	// Nothing that is configured on this machine may lead to another index.
	p.env = append(p.env, "PIP_CONFIG_FILE=/dev/null", "PIP_USER=1", "PYTHONDONTWRITEBYTECODE=1")
	return p
}

// installed fails the test unless the component ran; pip's own output is on stderr.
func (r result) installed(want string) {
	r.t.Helper()
	if r.code != 0 || r.termination != "" {
		r.t.Fatalf("exit code %d\nstderr: %s", r.code, r.stderr)
	}
	if got := r.output("Output"); got != want {
		r.t.Errorf("output %q, want %q", got, want)
	}
}

func TestPackages(t *testing.T) {
	t.Parallel()
	url := index(t, "", greeter(t))
	onEach(t, func(t *testing.T, interpreter string) {
		packagesPod(t, interpreter, url, "greeter==1.0", "politeness<2").run(nil).installed("hello")
	})
}

func TestPackagesPinnedByHash(t *testing.T) {
	t.Parallel()
	wheels := greeter(t)
	url := index(t, "", wheels)
	pin := func(requirement string) string { return pypitest.Pin(requirement, wheels) }
	packagesPod(t, python(t), url, pin("greeter==1.0"), pin("politeness==2.0")).run(nil).installed("good day")

	r := packagesPod(t, python(t), url, pin("greeter==1.0"), "politeness==2.0").run(nil)
	if r.code != runtime.ExitPackagesError || !strings.Contains(r.termination, "cannot install politeness==2.0: ") {
		t.Errorf("one hash is missing: exit code %d: %s", r.code, r.termination)
	}
	wheels["politeness-2.0-py3-none-any.whl"] = pypitest.Wheel(
		t, "politeness", "2.0", map[string]string{"politeness.py": "WORD = 'forged'\n"},
	)
	honest := packagesPod(t, python(t), url, pin("greeter==1.0"), "politeness==2.0 --hash=sha256:"+strings.Repeat("0", 64))
	if r := honest.run(nil); r.code != runtime.ExitPackagesError || !strings.Contains(r.termination, "cannot install "+
		"politeness==2.0: THESE PACKAGES DO NOT MATCH THE HASHES") {
		t.Errorf("a forged package: exit code %d: %s", r.code, r.termination)
	}
}

func TestPackagesThatCannotBeInstalled(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, interpreter string) {
		url := index(t, "", greeter(t))
		packagesPod(t, interpreter, url, "politeness==1.0", "nosuchpackage==7").run(nil).failed(runtime.ExitPackagesError,
			"cannot install nosuchpackage==7: Could not find a version that satisfies the requirement nosuchpackage==7 (from "+
				"versions: none) "+
				"No matching distribution found for nosuchpackage==7")
	})
}

func TestPackagesFromAnUnreachableIndex(t *testing.T) {
	t.Parallel()
	closed := httptest.NewServer(nil)
	closed.Close()
	p := packagesPod(t, python(t), closed.URL+"/simple", "greeter")
	p.env = append(p.env, "PIP_RETRIES=1")
	p.run(nil).failed(runtime.ExitPackagesError, "cannot install greeter: Could not find a version that satisfies the "+
		"requirement greeter (from versions: none) "+
		"No matching distribution found for greeter (the index could not be reached)")
}

// TestPasswordsOfIndexes keeps a password in the environment, where secret_env puts it, and out of what is shown.
func TestPasswordsOfIndexes(t *testing.T) {
	t.Parallel()
	address, err := url.Parse(index(t, "s3cret", greeter(t)))
	must(t, err)
	p := packagesPod(t, python(t), "http://${INDEX_USER}:${INDEX_PASSWORD}@"+address.Host+"/simple", "greeter")
	p.env = append(p.env, "INDEX_USER=me", "INDEX_PASSWORD=s3cret")
	r := p.run(nil)
	r.installed("good day")
	if strings.Contains(r.stderr+r.stdout, "s3cret") {
		t.Errorf("the log shows the password:\n%s", r.stderr)
	}
	r = packagesPod(
		t, python(t), "http://"+address.Host+"/simple", "x @ http://me:s3cret@"+address.Host+"/x-1.0-py3-none-any.whl",
	).run(nil)
	if r.code != runtime.ExitPackagesError || strings.Contains(r.stderr+r.termination, "s3cret") || !strings.Contains(r.termination, "cannot install x @ http://***@") {
		t.Errorf("exit code %d:\n%s", r.code, r.stderr)
	}
}

func TestPackagesWithoutPip(t *testing.T) {
	t.Parallel()
	env := t.TempDir()
	if out, err := exec.Command(python(t), "-m", "venv", "--without-pip", env).CombinedOutput(); err != nil {
		t.Skipf("no environment without pip can be made: %s", out)
	}
	packagesPod(
		t, env+"/bin/python3", "http://127.0.0.1:9/simple", "greeter", "politeness<2; python_version > '3'",
	).run(nil).failed(runtime.ExitPackagesError,
		"cannot install greeter, politeness<2: this image has no pip; use a kfp_image that holds the packages")
}

// TestRestrictedPod runs as a user without a name or a home on a read-only root file system: only the outputs' volume,
// and in the second round a volume at /tmp, can be written.
func TestRestrictedPod(t *testing.T) {
	t.Parallel()
	const python = "/usr/bin/python3"
	if out, err := exec.Command("unshare", "--mount", "setpriv", "--reuid", "64321", "--clear-groups", python, "-m", "pip", "--version").CombinedOutput(); err != nil {
		t.Skipf("needs root, unshare, setpriv and %s with pip: %s", python, out)
	}
	url := index(t, "", greeter(t))
	for _, volumes := range []string{"$KFP_OUTPUTS_DIR", "$KFP_OUTPUTS_DIR /tmp"} {
		p := packagesPod(t, python, url, "greeter", "politeness<2")
		p.write(map[string]string{"component/..1/user.py": strings.Replace(greet, "return", `
    import tempfile
    for path in "/", "/var/tmp", os.getcwd():
        assert not os.access(path, os.W_OK), path
    assert os.getuid() == 64321
    with tempfile.NamedTemporaryFile() as file: file.write(b"x")
    print(file.name)
    return`, 1)})
		// What the pod reads must be reachable below the directories of this test, and outside /tmp, which is mounted over.
		root, err := os.MkdirTemp("/var/tmp", "kfp-runtime-") //nolint:usetesting // t.TempDir is below /tmp
		must(t, err)
		t.Cleanup(func() { _ = os.RemoveAll(root) })
		must(t, os.Chmod(root, 0o755))
		inputs := p.inputsFile(nil)
		if out, err := exec.Command("cp", "-a", p.dir, root+"/pod").CombinedOutput(); err != nil {
			t.Fatalf("%s", out)
		}
		for i := range p.env {
			p.env[i] = strings.ReplaceAll(p.env[i], p.dir, root+"/pod")
		}
		p.env = slices.DeleteFunc(p.env, func(v string) bool { return strings.HasPrefix(v, "TMPDIR=") })
		script := `set -e
			mount --bind / / && mount -o remount,bind,ro / && cd ` + root + `/pod/image
			for dir in /tmp /var/tmp/x; do ! mountpoint -q $dir || mount -o remount,bind,ro $dir; done
			for volume in ` + volumes + `; do mount -t tmpfs -o mode=777 tmpfs $volume; done
			setpriv --reuid 64321 --clear-groups ` + python + ` -u ` + root + `/pod/component/kfp_runtime.py ` + strings.ReplaceAll(inputs, p.dir, root+"/pod") + `
			cat $KFP_OUTPUTS_DIR/Output`
		cmd := exec.Command("unshare", "--mount", "--propagation", "private", "sh", "-c", script)
		r := p.command(cmd)
		if r.code != 0 || !strings.HasSuffix(r.stdout, "hello") {
			t.Errorf("exit code %d\nstdout: %s\nstderr: %s", r.code, r.stdout, r.stderr)
		}
		if inTmp := strings.HasPrefix(r.stdout, "/tmp/"); inTmp != strings.Contains(volumes, "/tmp") {
			t.Errorf("with the volumes %s a temporary file is %s", volumes, r.stdout)
		}
	}
}
