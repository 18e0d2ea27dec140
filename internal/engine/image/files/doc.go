// Package files turns directories and single files into one sorted, normalised list of entries, and that list into a
// tar stream that is the same on every machine: it is what content hashes are taken of, what image layers hold and
// what BuildKit is sent. File contents are streamed and never held in memory.
//
// Normalisation. Names are relative, slash-separated, valid UTF-8 and brought to Unicode form NFC, since macOS hands
// out decomposed names for what git and Linux keep composed; two names that become one are an error. Modes become
// 0755 for directories and for files that anybody may execute, 0644 for all other files, 0777 for links. Owner and
// group are 0 and every time is Epoch. Symbolic links are kept as links and never followed.
package files
