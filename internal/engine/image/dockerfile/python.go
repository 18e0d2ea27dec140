package dockerfile

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// NetrcSecret is the id of the build secret that holds the logins of package indexes, in the form of a .netrc file.
const NetrcSecret = "netrc"

// Requirements is what pip shall install.
type Requirements struct {
	Base         string   // the image, as written
	Lines        []string // of a requirements file: see Lines
	IndexURLs    []string // without logins; the first replaces PyPI, the others are looked at too
	TrustedHosts []string
	Login        bool // the secret NetrcSecret will be given
}

// Python writes the Dockerfile that installs the requirements onto the base. It needs no context, and pulls no
// frontend, since it has no syntax line. The user of the base image stays. SOURCE_DATE_EPOCH makes pip write .pyc files
// that do not hold the time of installation, so that two builds give the same bytes; PYTHONDONTWRITEBYTECODE keeps
// pip's own out of the image.
func Python(r Requirements) string {
	var b strings.Builder
	end := delimiter(r.Lines)
	fmt.Fprintf(
		&b, "FROM scratch AS requirements\nCOPY <<\"%s\" /requirements.txt\n%s\n%s\n\n", end, strings.Join(r.Lines, "\n"), end,
	)
	fmt.Fprintf(&b, "FROM %s\n", r.Base)
	b.WriteString("RUN --mount=type=bind,from=requirements,source=/requirements.txt,target=/tmp/requirements.txt \\\n")
	env := "SOURCE_DATE_EPOCH=315532800 PYTHONHASHSEED=0 PYTHONDONTWRITEBYTECODE=1 PIP_BREAK_SYSTEM_PACKAGES=1"
	if r.Login {
		fmt.Fprintf(&b, "    --mount=type=secret,id=%s,target=/run/secrets/netrc,mode=0444,required=true \\\n", NetrcSecret)
		env += " NETRC=/run/secrets/netrc"
	}
	fmt.Fprintf(&b, "    %s python3 -m pip install --no-cache-dir --no-input \\\n", env)
	b.WriteString("    --disable-pip-version-check --root-user-action=ignore")
	for i, u := range r.IndexURLs {
		flag := "--extra-index-url"
		if i == 0 {
			flag = "--index-url"
		}
		fmt.Fprintf(&b, " \\\n    %s %s", flag, quote(u))
	}
	for _, h := range r.TrustedHosts {
		fmt.Fprintf(&b, " \\\n    --trusted-host %s", quote(h))
	}
	b.WriteString(" \\\n    -r /tmp/requirements.txt\n")
	return b.String()
}

// delimiter ends the list of requirements; it must not be one of them.
func delimiter(lines []string) string {
	d := "EOF"
	for slices.Contains(lines, d) {
		d += "_"
	}
	return d
}

// quote protects a word from the shell.
func quote(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9_./:@%+=,-]+$`)

// Lines takes a requirements file apart: line ends of all systems, without empty lines, comment lines and trailing
// blanks, since none of them changes what is installed.
func Lines(text string) []string {
	var out []string
	for l := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		l = strings.TrimRight(l, " \t\r")
		if t := strings.TrimSpace(l); t != "" && !strings.HasPrefix(t, "#") {
			out = append(out, l)
		}
	}
	return out
}

// urlWithLogin finds a login in the URL of a requirement.
var urlWithLogin = regexp.MustCompile(`://[^/\s@]+@`)

// CheckLine tells what is wrong with a line of a requirements file, as a clause and a sentence, or returns "".
func CheckLine(line string) (reason, remedy string) {
	t := strings.TrimSpace(line)
	first, _, _ := strings.Cut(t, " ")
	first, _, _ = strings.Cut(first, "=")
	switch {
	case strings.ContainsAny(line, "\n\r\x00"):
		return "holds a line break", "Give each requirement as an element of its own."
	case first == "-r" || first == "--requirement" || first == "-c" || first == "--constraint" ||
		strings.HasPrefix(t, "-r") || strings.HasPrefix(t, "-c"):
		return "reads another file, which is not there when the image is built", "Write the requirements of that file here."
	case first == "-e" || first == "--editable" || strings.HasPrefix(t, "."), strings.HasPrefix(t, "/"), strings.HasPrefix(t, "file:"), strings.Contains(t, "@ file:"):
		return "installs from a local path, which is not there when the image is built", "Put the modules into " +
			"source_dir: it is on PYTHONPATH."
	case strings.HasPrefix(first, "-i") || first == "--index-url" || first == "--extra-index-url" || first == "--trusted-host":
		return "chooses a package index", "Give it in index_urls and trusted_hosts, where logins are kept out of the image."
	case urlWithLogin.MatchString(t) && !strings.Contains(t, "git+ssh://"):
		return "holds a login, which would be readable in the image", "Put the login into the URL of the index in " +
			"index_urls; it is given to the build as a secret."
	}
	return "", ""
}

// Logins are the logins that were taken out of URLs.
type Logins struct {
	Netrc     string   // a .netrc file with all of them; empty if there are none
	Passwords []string // to be kept out of logs
}

// SplitLogins takes the logins out of index URLs, and returns the URLs without them. The error tells what is wrong with
// a URL, without its login.
func SplitLogins(urls []string) (plain []string, logins Logins, err error) {
	for i, s := range urls {
		u, perr := url.Parse(s)
		if perr != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || strings.ContainsAny(s, " \t\n\r\"") {
			return nil, Logins{}, fmt.Errorf("the index URL number %d is not an http or https URL", i+1)
		}
		if u.User != nil {
			pass, _ := u.User.Password()
			if strings.ContainsAny(u.User.Username()+pass, " \t\n\r") {
				return nil, Logins{}, fmt.Errorf(
					"the login of index URL number %d holds white space, which a .netrc file cannot hold", i+1,
				)
			}
			logins.Passwords = append(logins.Passwords, pass)
			logins.Netrc += fmt.Sprintf("machine %s\nlogin %s\npassword %s\n", u.Hostname(), u.User.Username(), pass)
			u.User = nil
		}
		plain = append(plain, u.String())
	}
	return plain, logins, nil
}

// NetrcPasswords finds the passwords in a .netrc file, to be kept out of logs.
func NetrcPasswords(text string) []string {
	var out []string
	words := strings.Fields(text)
	for i, w := range words {
		if w == "password" && i+1 < len(words) {
			out = append(out, words[i+1])
		}
	}
	return out
}
