package main

import (
	"context"
	"encoding/json"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// The launch tests start this test program, which then acts as devcluster.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "__run" {
		if err := runRecorded(os.Args[2:]); err != nil {
			os.Exit(1)
		}
	}
	os.Exit(m.Run())
}

func healthy(context.Context) error { return nil }

func TestLaunchRecordsAndReusesAProcess(t *testing.T) {
	c, ctx := testCluster(t), context.Background()
	p := component{name: "sleeper", argv: []string{"sleep", "60"}, health: healthy}
	record := func() record {
		t.Helper()
		var r record
		err := waitFor(ctx, "record", 5*time.Second, func(context.Context) error {
			if r = c.readRecord("sleeper"); r.PID == 0 {
				return os.ErrNotExist
			}
			return nil
		})
		if err != nil || !r.alive() {
			t.Fatalf("record %+v is not of a live process: %v", r, err)
		}
		return r
	}
	if _, err := c.launch(ctx, p); err != nil {
		t.Fatal(err)
	}
	first := record()
	if _, err := c.launch(ctx, p); err != nil {
		t.Fatal(err)
	}
	if second := record(); second.PID != first.PID {
		t.Errorf("an unchanged component was started again: pid %d, then %d", first.PID, second.PID)
	}
	p.argv = []string{"sleep", "61"}
	if _, err := c.launch(ctx, p); err != nil {
		t.Fatal(err)
	}
	third := record()
	if third.PID == first.PID || first.alive() {
		t.Error("a changed component was not replaced")
	}
	if err := stopProcess(ctx, third, time.Second); err != nil || third.alive() {
		t.Errorf("stop: %v, alive %t", err, third.alive())
	}
}

func TestStopSparesAnotherProcessWithThePid(t *testing.T) {
	cmd := exec.Command("sleep", "60")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { cmd.Process.Kill(); cmd.Wait() }()
	start, _, err := processStart(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	mine := record{PID: cmd.Process.Pid, StartTime: start, BootID: bootID()}
	if !mine.alive() {
		t.Fatal("the process should count as alive")
	}
	for name, r := range map[string]record{
		"earlier start": {PID: mine.PID, StartTime: start - 1, BootID: mine.BootID},
		"earlier boot":  {PID: mine.PID, StartTime: start, BootID: "another"},
		"no record":     {},
	} {
		if r.alive() {
			t.Errorf("%s: counts as alive", name)
		}
		if err := stopProcess(context.Background(), r, time.Second); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !mine.alive() {
		t.Error("a process that is not ours was ended")
	}
}

func TestParseStatWithDifficultName(t *testing.T) {
	fields := strings.Repeat(" 0", 18)
	start, state, err := parseStat("42 (a) b (c)) S" + fields + " 777 0 0\n")
	if err != nil || start != 777 || state != "S" {
		t.Errorf("got %d, %q, %v", start, state, err)
	}
	if _, _, err := parseStat("42 nonsense"); err == nil {
		t.Error("want an error")
	}
}

func TestRecordOfKilledStartIsIgnored(t *testing.T) {
	c := testCluster(t)
	if err := writeFile(c.recordPath("x"), []byte(`{"name":"x","pid":`), 0o644); err != nil {
		t.Fatal(err)
	}
	if c.readRecord("x").alive() {
		t.Error("a truncated record counts as alive")
	}
	b, _ := json.Marshal(record{Name: "y", PID: 1 << 30, BootID: bootID()})
	if err := writeFile(c.recordPath("y"), b, 0o644); err != nil {
		t.Fatal(err)
	}
	if got := len(c.allRecords()); got != 2 {
		t.Errorf("%d records, want 2", got)
	}
}

func TestTakenPortNamesItsOwner(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	c, p := testCluster(t), component{name: "registry", ports: []string{l.Addr().String()}}
	err = c.checkPorts(p)
	if err == nil {
		t.Fatal("want an error")
	}
	for _, want := range []string{l.Addr().String(), "registry", "pid " + itoa(os.Getpid())} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q lacks %q", err, want)
		}
	}
	l.Close()
	if err := c.checkPorts(p); err != nil {
		t.Errorf("after closing: %v", err)
	}
}

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }

func TestParseListener(t *testing.T) {
	tail := " 00000000:00000000 00:00000000 00000000     0        0 12345 1 0"
	for line, want := range map[string]string{
		"0: 0100007F:1388 00000000:0000 0A" + tail:                                                         "127.0.0.1:5000",
		"1: 0000000000000000FFFF00000100007F:1388 00000000000000000000000000000000:0000 0A" + tail:         "[::ffff:127.0.0.1]:5000",
		"2: 00000000000000000000000000000000:18EB 00000000000000000000000000000000:0000 0A" + tail:         "[::]:6379",
		"3: 0100007F:1388 0100007F:9999 01" + tail:                                                         "",
		"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode": "",
	} {
		l, ok := parseListener(line)
		if ok != (want != "") || ok && (l.addr.String() != want || l.inode != "12345") {
			t.Errorf("%s: got %v %v, want %q", line, l, ok, want)
		}
	}
}

func TestConflicts(t *testing.T) {
	want := netip.MustParseAddrPort("127.0.0.1:5000")
	for have, conflict := range map[string]bool{
		"127.0.0.1:5000": true, "0.0.0.0:5000": true, "[::]:5000": true, "[::ffff:127.0.0.1]:5000": true,
		"10.200.0.1:5000": false, "127.0.0.1:5001": false, "[::1]:5000": false,
	} {
		if got := conflicts(netip.MustParseAddrPort(have), want); got != conflict {
			t.Errorf("%s: got %t, want %t", have, got, conflict)
		}
	}
}

func TestLockIsExclusive(t *testing.T) {
	c := testCluster(t)
	unlock, err := c.lock(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	if _, err := c.lock(ctx); err == nil {
		t.Error("two locks at a time")
	}
	unlock()
	unlock, err = c.lock(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	unlock()
}
