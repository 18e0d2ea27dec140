package executor

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Pods are the pods of a run by their names, of those whose note can be read.
func Pods(runs, run string) (map[string]Note, error) {
	entries, err := os.ReadDir(filepath.Join(runs, run))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	pods := map[string]Note{}
	for _, entry := range entries {
		data, err := os.ReadFile(filepath.Join(runs, run, entry.Name(), podFile))
		if err != nil {
			continue // it is being made
		}
		var note Note
		if json.Unmarshal(data, &note) == nil {
			pods[entry.Name()] = note
		}
	}
	return pods, nil
}

// maxLogBytes bounds what is read of a log: a line may be of any length.
const maxLogBytes = 4 << 20

// LastLines are the last lines of the log of a pod, at most n.
func LastLines(runs, run, pod string, n int64) ([]string, error) {
	file, err := os.Open(LogFile(runs, run, pod))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.Size() > maxLogBytes {
		if _, err := file.Seek(-maxLogBytes, io.SeekEnd); err != nil {
			return nil, err
		}
	}
	data, err := io.ReadAll(io.LimitReader(file, maxLogBytes))
	if err != nil {
		return nil, err
	}
	text := strings.TrimRight(strings.ToValidUTF8(string(data), "\uFFFD"), "\n")
	if text == "" {
		return nil, nil
	}
	lines := strings.Split(text, "\n")
	return lines[max(0, len(lines)-int(n)):], nil
}

// LogFile is where the log of a pod is.
func LogFile(runs, run, pod string) string { return filepath.Join(runs, run, pod, logFile) }
