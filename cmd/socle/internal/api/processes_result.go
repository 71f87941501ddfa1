package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"mime/multipart"
	"net/textproto"
	"strings"

	"socle/cmd/socle/internal/jobs"
	"socle/referentials"
)

// compose puts outputs in the form they are sent: one as it is, several as parts of one
// answer, or all within a document.
func compose(outputs []output, raw bool) (*jobs.Result, error) {
	switch {
	case !raw:
		body, err := composeDocument(outputs)
		return &jobs.Result{Media: mediaJSON, Body: body}, err
	case len(outputs) == 1:
		return &jobs.Result{Media: outputs[0].media, Body: outputs[0].body}, nil
	default:
		return composeParts(outputs)
	}
}

// composeDocument writes a member for each output. What is not plain JSON or text says what
// it is; objects are wrapped, as they are in requests.
func composeDocument(outputs []output) ([]byte, error) {
	members := object{}
	for i := range outputs {
		o := &outputs[i]
		media := plain(o.media)
		var value any = json.RawMessage(o.body)
		if media != mediaJSON && !strings.HasSuffix(media, "+json") {
			value = string(o.body)
		}
		if media != mediaJSON && media != "text/plain" {
			value = object{"mediaType": media, "value": value}
		} else if media == mediaJSON && len(o.body) > 0 && o.body[0] == '{' {
			value = object{"value": value}
		}
		members[o.name] = value
	}
	body, err := json.Marshal(members)
	if err != nil {
		return nil, referentials.Errorf(referentials.Internal, "writing results: %w", err)
	}
	return append(body, '\n'), nil
}

// composeParts writes outputs one after the other. What goes between depends on them alone,
// and is in none of them.
func composeParts(outputs []output) (*jobs.Result, error) {
	h := sha256.New()
	for i := range outputs {
		h.Write(outputs[i].body) // to a hash: it never fails
	}
	boundary := hex.EncodeToString(h.Sum(nil)[:20])
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	err := w.SetBoundary(boundary)
	for i := 0; i < len(outputs) && err == nil; i++ {
		header := textproto.MIMEHeader{"Content-Id": {"<" + outputs[i].name + ">"}, "Content-Type": {outputs[i].media}}
		part, e := w.CreatePart(header)
		if e == nil {
			_, e = part.Write(outputs[i].body)
		}
		err = e
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		return nil, referentials.Errorf(referentials.Internal, "writing results: %w", err)
	}
	return &jobs.Result{Media: "multipart/related; boundary=" + boundary, Body: b.Bytes()}, nil
}
