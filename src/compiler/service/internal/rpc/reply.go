package rpc

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/sourcegraph/jsonrpc2"
)

// reply is an answer as it goes on the wire. The package of the protocol would read it through three more times on its way: 0.1 s for the code of
// some hundred modules, for which a whole start waits.
type reply struct{ id, result []byte }

func newReply(id jsonrpc2.ID, result any) (r reply, err error) {
	if r.id, err = json.Marshal(id); err != nil {
		return r, err
	}
	r.result, err = json.Marshal(result)
	return r, err
}

// codec writes replies besides what the protocol has.
type codec struct{ jsonrpc2.VSCodeObjectCodec }

func (c codec) WriteObject(to io.Writer, object any) error {
	r, ok := object.(reply)
	if !ok {
		return c.VSCodeObjectCodec.WriteObject(to, object)
	}
	const before, between, after = `{"jsonrpc":"2.0","id":`, `,"result":`, `}`
	length := len(before) + len(r.id) + len(between) + len(r.result) + len(after)
	if _, err := fmt.Fprintf(to, "Content-Length: %d\r\n\r\n%s%s%s", length, before, r.id, between); err != nil {
		return err
	}
	if _, err := to.Write(r.result); err != nil {
		return err
	}
	_, err := io.WriteString(to, after)
	return err
}
