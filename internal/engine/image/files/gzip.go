package files

import (
	"encoding/binary"
	"hash"
	"hash/crc32"
	"io"
)

// maxStored is the longest block that deflate can store.
const maxStored = 65535

// StoredGzip wraps a stream in gzip without compressing it. It is written here by hand because the output of
// compress/flate changes between Go releases, at level 0 too, and with it would change the digest of every image.
type StoredGzip struct {
	w      io.Writer
	block  []byte
	length uint32
	crc    hash.Hash32
	begun  bool
	err    error
}

// NewStoredGzip returns a writer whose Close must be called to finish the stream. It does not close w.
func NewStoredGzip(w io.Writer) *StoredGzip {
	return &StoredGzip{w: w, block: make([]byte, 0, maxStored), crc: crc32.NewIEEE()}
}

// Write adds p to the stream.
func (g *StoredGzip) Write(p []byte) (int, error) {
	written := 0
	for len(p) > 0 && g.err == nil {
		// A full block is written only once more data follows, since the last block carries a mark.
		if len(g.block) == maxStored {
			g.flush(false)
		}
		n := min(len(p), maxStored-len(g.block))
		g.block = append(g.block, p[:n]...)
		written += n
		p = p[n:]
	}
	return written, g.err
}

// Close writes the last block and the trailer.
func (g *StoredGzip) Close() error {
	g.flush(true)
	var trailer [8]byte
	binary.LittleEndian.PutUint32(trailer[:4], g.crc.Sum32())
	binary.LittleEndian.PutUint32(trailer[4:], g.length)
	g.write(trailer[:])
	return g.err
}

func (g *StoredGzip) flush(last bool) {
	if !g.begun {
		g.begun = true
		// Magic number, deflate, no flags, no time, no level, unknown operating system.
		g.write([]byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255})
	}
	var head [5]byte
	if last {
		head[0] = 1
	}
	n := uint16(len(g.block))
	binary.LittleEndian.PutUint16(head[1:], n)
	binary.LittleEndian.PutUint16(head[3:], ^n)
	g.write(head[:])
	g.write(g.block)
	g.crc.Write(g.block)
	g.length += uint32(n)
	g.block = g.block[:0]
}

func (g *StoredGzip) write(p []byte) {
	if g.err == nil {
		_, g.err = g.w.Write(p)
	}
}
