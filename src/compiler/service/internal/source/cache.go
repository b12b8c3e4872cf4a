package source

import (
	"container/list"
	"crypto/sha256"
	"sync"
)

// maxCachedBytes bounds the source text whose syntax trees are kept; a tree takes some 20 times its text.
const maxCachedBytes = 48 << 20

// Digest names contents.
type Digest [sha256.Size]byte

// Derived names what a step made of these contents.
func (d Digest) Derived(step string) Digest {
	return Digest(sha256.Sum256(append(d[:], step...)))
}

type entry struct {
	key    Digest
	parsed *Parsed
	bytes  int
}

// Cache keeps parsed modules by content, least recently used first out. What it returns is shared: never mutate it.
type Cache struct {
	// parsing is held by the one request that parses: another one of the same modules, which comes beside it, then finds them here.
	parsing sync.Mutex
	mu      sync.Mutex
	order   *list.List
	entries map[Digest]*list.Element
	bytes   int
	limit   int
}

func NewCache() *Cache {
	return &Cache{order: list.New(), entries: map[Digest]*list.Element{}, limit: maxCachedBytes}
}

// keyOf separates its parts by NUL, which no path and no version holds.
func keyOf(path, version, text string) Digest {
	h := sha256.New()
	for _, part := range []string{version, path, text} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	return Digest(h.Sum(nil))
}

func (c *Cache) get(k Digest) *Parsed {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.entries[k]
	if !ok {
		return nil
	}
	c.order.MoveToFront(element)
	return element.Value.(*entry).parsed
}

func (c *Cache) put(k Digest, parsed *Parsed, bytes int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.entries[k]; ok || bytes > c.limit {
		return
	}
	c.entries[k] = c.order.PushFront(&entry{k, parsed, bytes})
	c.bytes += bytes
	for c.bytes > c.limit {
		oldest := c.order.Remove(c.order.Back()).(*entry)
		delete(c.entries, oldest.key)
		c.bytes -= oldest.bytes
	}
}
