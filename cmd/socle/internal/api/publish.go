package api

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"socle/imu/aggregate"
	"socle/referentials"
)

// publishes tells whether clients may make collections of figures here.
func (a *API) publishes() bool { return a.desk != nil && a.config.PublishToken != "" }

// mayPublish lets a request make a collection of that name; "" is a request that makes none.
// Anybody may ask for figures, but what is published stays and takes a name: it needs the
// token, which no link and no page of another origin can send along.
func (a *API) mayPublish(w http.ResponseWriter, r *http.Request, id string) error {
	switch {
	case id == "":
		return nil
	case !a.publishes():
		return referentials.Errorf(referentials.Refused, "this server publishes nothing on request").
			At("publish").Do("whoever runs it can: socle serve --publish-token, or socle aggregate --publish")
	case r.Method == http.MethodHead:
		return referentials.Errorf(referentials.Invalid, "a HEAD request changes nothing").At("publish").Do("send GET or POST")
	}
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	given, want := sha256.Sum256([]byte(strings.TrimSpace(token))), sha256.Sum256([]byte(a.config.PublishToken))
	if !strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare(given[:], want[:]) != 1 {
		w.Header().Set("WWW-Authenticate", `Bearer realm="socle"`)
		return &statusError{http.StatusUnauthorized, referentials.Errorf(referentials.Refused, "publishing needs the token of this server").
			At("header Authorization").Do("send Authorization: Bearer TOKEN")}
	}
	return a.desk.MayPublish(r.Context(), id)
}

// publish makes a collection of figures, and tells where it is.
func (a *API) publish(w http.ResponseWriter, r *http.Request, id string, release *aggregate.Release) error {
	b, err := a.base(r)
	if err != nil {
		return err
	}
	if _, err := a.desk.Publish(r.Context(), id, release); err != nil {
		return err
	}
	w.Header().Set("Location", b.url("collections", id))
	w.Header().Set("Cache-Control", "no-store")
	return nil
}

// publishSchema describes the parameter, on servers that publish.
func publishSchema(lang string) object {
	return object{"name": publishParameter, "in": "query", "required": false, "style": "form", "explode": false,
		"description": say(lang, "Faire de ces chiffres une collection de ce nom, servie en objets et en tuiles ; demande le jeton du serveur",
			"Make a collection of that name of these figures, served as features and tiles; needs the token of the server"),
		"schema": object{"type": "string", "maxLength": 63}}
}

const (
	publishParameter = "publish"
	publishScheme    = "publish"
)

// publishSecurity says that the token is for who publishes: the others need none.
func publishSecurity() []object { return []object{{}, {publishScheme: []string{}}} }

func publishSecuritySchemes(lang string) object {
	return object{publishScheme: object{"type": "http", "scheme": "bearer",
		"description": say(lang, "Jeton de qui publie des chiffres", "Token of who publishes figures")}}
}
