#!/usr/bin/python3
"""qgis_features.py URL LOG RVA.csv.gz PICTURES

What an analyst does with the real addresses in QGIS' OAPIF provider, headless: open, look at the fields, page through all, filter by
expressions, select a rectangle, work in a projected system, draw. The truth is the producer's file, not the server. LOG is the server's
request log (socle serve --log json): an expression counts as pushed down only when its text is found there.
Prints a line per check; exit code 0 only when all hold.

QGIS learned CQL2 and other systems than CRS84 in 3.32; earlier versions download everything and filter by themselves, and must still see
the same features."""
import csv, gzip, json, os, shutil, sys, tempfile, time, urllib.parse

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# A profile and a cache of its own: QGIS would answer from the cache of an earlier run, and another QGIS would tidy it meanwhile.
own = tempfile.mkdtemp(prefix="socle-qgis")
for name in ("QGIS_CUSTOM_CONFIG_PATH", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"):
    os.environ[name] = own
for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
    os.environ.pop(name, None)

from qgis.core import (Qgis, QgsApplication, QgsFeatureRequest, QgsMapRendererCustomPainterJob, QgsMapSettings, QgsMarkerSymbol,
                       QgsRectangle, QgsVectorLayer, QgsWkbTypes, QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsProject)
from qgis.PyQt.QtCore import QEventLoop, QSize, QTimer
from qgis.PyQt.QtGui import QColor, QImage, QPainter

url, log, rva, pictures = sys.argv[1:5]
modern = Qgis.QGIS_VERSION_INT >= 33200
failed = []
messages = []
# Long enough for a busy machine, where QGIS 3.22 takes seconds over each of 86 pages: it only ends what hangs.
DRAWING_MS = 600000


def leave(ok):
    """Ends at once: exitQgis can hang on the provider's cache thread, and what a job draws on must outlive it."""
    sys.stdout.flush()
    shutil.rmtree(own, ignore_errors=True)
    os._exit(0 if ok else 1)


def check(ok, what):
    print(("ok      " if ok else "FAILED  ") + what, flush=True)
    if not ok:
        failed.append(what)


def number(text):
    return float(text.replace(",", ".")) if text else None


def truth():
    """The producer's rows, with the types that they stand for."""
    with gzip.open(rva, "rt", encoding="iso-8859-15", newline="") as f:
        rows = {}
        for r in csv.DictReader(f, delimiter=";"):
            row = {k.lower(): v or None for k, v in r.items()}
            row["numero"] = int(r["NUMERO"])
            for k in ("angle_grd", "angle_deg", "x_lambcc48", "y_lambcc48", "x_lamb93", "y_lamb93", "x_wgs84", "y_wgs84"):
                row[k] = number(r[k.upper()])
            rows[r["ID_ADR"]] = row
        return rows


class Log:
    """The requests that the server logged since the last look."""

    def __init__(self, path):
        self.file = open(path, encoding="utf-8")
        self.file.seek(0, os.SEEK_END)

    def items(self):
        time.sleep(0.05)  # the server logs after the last byte
        found = []
        for line in self.file:
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if entry.get("msg") == "request" and entry.get("path", "").endswith("/items") and entry.get("method") == "GET":
                # Qt leaves a plus as it is and writes blanks as %20.
                query = dict(p.partition("=")[::2] for p in entry["query"].split("&") if p)
                found.append({k: urllib.parse.unquote(v) for k, v in query.items()} | {"status": entry["status"]})
        return found


def open_layer(more=""):
    layer = QgsVectorLayer(f" pagingEnabled='true' preferCoordinatesForWfsT11='false' restrictToRequestBBOX='1' {more} "
                           f"typename='adresses' url='{url}' version='OGC_API_FEATURES'", "adresses", "OAPIF")
    if not layer.isValid():
        raise SystemExit("QGIS finds the layer invalid: " + layer.error().message() + str(messages))
    return layer


def key(feature):
    return feature["id_adr"]


def draw(layer, extent, out):
    """Draws layer to a PNG and gives the share of pixels that are not background."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(layer.crs())
    settings.setExtent(extent)
    settings.setOutputSize(QSize(800, 600))
    settings.setBackgroundColor(QColor("white"))
    image = QImage(QSize(800, 600), QImage.Format_ARGB32_Premultiplied)
    image.fill(QColor("white"))
    painter = QPainter(image)
    job = QgsMapRendererCustomPainterJob(settings, painter)
    loop = QEventLoop()
    job.finished.connect(loop.quit)
    QTimer.singleShot(DRAWING_MS, loop.quit)
    job.start()
    loop.exec_()
    if job.isActive():
        print(f"FAILED  drawing did not end in {DRAWING_MS // 1000} s")
        leave(False)
    painter.end()
    image.save(out)
    return sum(image.pixel(x, y) != 0xFFFFFFFF for y in range(0, 600, 3) for x in range(0, 800, 3)) / (200 * 267)


def coordinates(row, crs):
    return {"EPSG:3948": (row["x_lambcc48"], row["y_lambcc48"]), "EPSG:2154": (row["x_lamb93"], row["y_lamb93"])}.get(crs, (row["x_wgs84"], row["y_wgs84"]))


def worst(features, rows, crs):
    """The largest distance in metres between what QGIS has and what the file says."""
    found = 0.0
    for f in features:
        p, (x, y) = f.geometry().asPoint(), coordinates(rows[key(f)], crs)
        dx, dy = p.x() - x, p.y() - y
        if crs not in ("EPSG:3948", "EPSG:2154"):
            dx, dy = dx * 111320 * 0.667, dy * 111320
        found = max(found, (dx * dx + dy * dy) ** 0.5)
    return found


def expressions():
    """QGIS expressions and what they mean on the file."""
    like = lambda v, *parts: v is not None and all(p in v for p in parts)
    return [
        ("\"code_insee\" = '35238' AND \"numero\" > 100", lambda r: r["code_insee"] == "35238" and r["numero"] > 100),
        ("\"voie_nom\" = 'Rue de l''Alma'", lambda r: r["voie_nom"] == "Rue de l'Alma"),
        ("\"voie_nom\" LIKE 'Allée%'", lambda r: r["voie_nom"].startswith("Allée")),
        ("\"voie_nom\" LIKE '%Abbe%' OR \"voie_nom\" LIKE '%Abbé%'", lambda r: like(r["voie_nom"], "Abbe") or like(r["voie_nom"], "Abbé")),
        ("\"voie_nom\" ILIKE '%ABBÉ%'", lambda r: "abbé" in r["voie_nom"].lower()),
        ("\"voie_nom\" NOT LIKE 'Rue %'", lambda r: not r["voie_nom"].startswith("Rue ")),
        ("\"code_insee\" IN ('35024', '35051')", lambda r: r["code_insee"] in ("35024", "35051")),
        ("\"numero\" NOT IN (1, 2, 3)", lambda r: r["numero"] not in (1, 2, 3)),
        ("\"numero\" BETWEEN 10 AND 12", lambda r: 10 <= r["numero"] <= 12),
        ("\"extension\" IS NULL AND \"batiment\" IS NOT NULL", lambda r: r["extension"] is None and r["batiment"] is not None),
        ("NOT (\"numero\" < 500)", lambda r: not r["numero"] < 500),
        ("\"numero\" + 1 > 300", lambda r: r["numero"] + 1 > 300),
        ("\"numero\" % 100 = 7", lambda r: r["numero"] % 100 == 7),
        ("\"numero\" * 2 - 1 = 25", lambda r: r["numero"] * 2 - 1 == 25),
        ("- \"numero\" < -600", lambda r: -r["numero"] < -600),
        ("\"angle_deg\" < -89.5", lambda r: r["angle_deg"] is not None and r["angle_deg"] < -89.5),
        ("\"voie_nom\" = 'plus + ; & # ? % \\\\'", lambda r: False),
        ("\"voie_nom\" = 'Rue de l''Alma' OR \"voie_nom\" = 'a;b+c'", lambda r: r["voie_nom"] == "Rue de l'Alma"),
    ]


def main():
    rows = truth()
    requests = Log(log)
    layer = open_layer()
    crs = layer.crs().authid()
    print(f"QGIS {Qgis.QGIS_VERSION}, {len(rows)} rows in the file, layer in {crs}")
    check(crs == ("EPSG:3948" if modern else "EPSG:4326"), f"the layer is in {crs}")
    check(layer.wkbType() == QgsWkbTypes.Point, "points: " + QgsWkbTypes.displayString(layer.wkbType()))
    check(layer.featureCount() == len(rows), f"counts {layer.featureCount()}")
    columns = [k for k in next(iter(rows.values()))]
    names = {f.name(): f.typeName() for f in layer.fields()}
    check(all(c in names for c in columns), "has the file's columns" + str([c for c in columns if c not in names]))
    wrong = {c: names.get(c) for c in columns if isinstance(next((r[c] for r in rows.values() if r[c] is not None), None), float) and names.get(c) not in ("Real", "double")}
    check(not wrong, f"real numbers are real {wrong}")
    check(names.get("numero", "").lower() in ("integer", "integer64"), "whole numbers are integers")
    requests.items()

    started = time.time()
    found = {key(f): f for f in layer.getFeatures()}
    pages = [q for q in requests.items() if "limit" in q]
    print(f"        {len(found)} features in {time.time() - started:.1f} s, {len(pages)} pages of {pages[0]['limit'] if pages else '?'}")
    check(found.keys() == rows.keys(), f"pages through all: {len(found)} of {len(rows)}")
    check(all(q["status"] == 200 for q in pages) and len(pages) <= len(rows) / 1000 + 2, f"{len(pages)} pages, all answered")
    far = worst(found.values(), rows, crs)
    check(far < (0.001 if crs == "EPSG:3948" else 0.02), f"coordinates in {crs} within {far * 1000:.2f} mm of the file's")
    box = layer.extent()
    check(all(box.contains(f.geometry().boundingBox()) for f in found.values()), "the extent holds every feature: " + box.toString(3))
    different = 0
    for id, f in found.items():
        for c in columns:
            a, b = f[c], rows[id][c]
            a = None if a is None or (hasattr(a, "isNull") and a.isNull()) else a
            if not (a == b or isinstance(b, float) and a is not None and abs(float(a) - b) < 1e-6):
                different += 1
                if different <= 3:
                    print(f"        {id} {c}: {a!r}, in the file {b!r}")
    check(different == 0, f"{different} values differ from the file's")

    if modern:
        pushed(rows, requests)
    else:
        for expression, holds in expressions():
            # It could not read BETWEEN yet, and asks its cache, SQLite, which knows the case of ASCII only.
            if "BETWEEN" not in expression and "ILIKE" not in expression:
                want = {id for id, r in rows.items() if holds(r)}
                got = {key(f) for f in layer.getFeatures(QgsFeatureRequest().setFilterExpression(expression))}
                check(got == want, f"{expression}: {len(got)} of {len(want)}")

    rectangles(rows, requests, crs)
    if modern:
        rectangles(rows, requests, "EPSG:2154", "srsname='EPSG:2154'")
        rectangles(rows, requests, "EPSG:4326", "srsname='EPSG:4326'")

    fresh = open_layer()
    share = draw(fresh, box, os.path.join(pictures, f"qgis-{Qgis.QGIS_VERSION_INT}-adresses.png"))
    check(share > 0.01, f"drawn: {share:.1%} of the picture")
    centre = box.center()
    part = QgsRectangle(centre.x() - box.width() / 60, centre.y() - box.height() / 60, centre.x() + box.width() / 60, centre.y() + box.height() / 60)
    fresh = open_layer()
    requests.items()
    share = draw(fresh, part, os.path.join(pictures, f"qgis-{Qgis.QGIS_VERSION_INT}-centre.png"))
    sent = [q for q in requests.items() if "limit" in q]
    check(share > 0.001 and bool(sent) and all("bbox" in q for q in sent), f"zoomed in: {share:.1%} of the picture, asked by bbox in {len(sent)} requests")
    if messages:
        print("QGIS said: " + "\n           ".join(sorted(set(messages))[:10]))
    print(f"QGIS {Qgis.QGIS_VERSION}: {len(failed)} checks failed")
    return not failed


def pushed(rows, requests):
    """Filters by expressions: which features, and whether the server did the work."""
    for expression, holds in expressions():
        want = {id for id, r in rows.items() if holds(r)}
        layer = open_layer()  # a fresh one, because the last would answer from its cache
        requests.items()
        if not layer.setSubsetString(expression):
            check(False, f"QGIS refuses {expression}")
            continue
        got = {key(f) for f in layer.getFeatures()}
        asked = [q for q in requests.items() if "limit" in q]
        sent = [q.get("filter") for q in asked]
        check(got == want and all(q["status"] == 200 for q in asked), f"{expression}: {len(got)} of {len(want)}, answered {sorted({q['status'] for q in asked})}")
        check(bool(sent) and all(sent) and len(sent) <= len(want) / 1000 + 3, f"  sent in {len(sent)} requests as {sent[0] if sent else None}")
        if len(want) < 1000:  # beyond, QGIS gives up counting
            check(layer.featureCount() == len(want), f"  counted {layer.featureCount()}")

    # An expression of a request, not of the layer; alone and on top of a subset.
    want = {id for id, r in rows.items() if r["code_insee"] == "35238" and r["numero"] > 200}
    for subset, expression in (("", "\"code_insee\" = '35238' AND \"numero\" > 200"), ("\"code_insee\" = '35238'", "\"numero\" > 200")):
        layer = open_layer()
        layer.setSubsetString(subset)
        requests.items()
        got = {key(f) for f in layer.getFeatures(QgsFeatureRequest().setFilterExpression(expression))}
        sent = [q.get("filter") for q in requests.items() if "limit" in q]
        check(got == want, f"subset {subset or 'none'}, expression {expression}: {len(got)} of {len(want)}")
        check(bool(sent) and all(s and "200" in s for s in sent), f"  sent as {sent[0] if sent else None}")


def rectangles(rows, requests, crs, more=""):
    """Selects by rectangle in a system; which features, where they are and what was asked."""
    layer = open_layer(more)
    check(layer.crs().authid() == crs, f"a layer in {crs}: {layer.crs().authid()}")
    xs, ys = zip(*(coordinates(r, crs) for r in rows.values()))
    x0, y0, w, h = min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)
    box = QgsRectangle(x0 + 0.45 * w, y0 + 0.45 * h, x0 + 0.55 * w, y0 + 0.52 * h)
    # Nobody can say on which side of the edge a position lies that was rounded to the centimetre.
    slack = 2e-7 if w < 10 else 0.02
    inner, outer = QgsRectangle(box), QgsRectangle(box)
    inner.grow(-slack)
    outer.grow(slack)
    place = {id: coordinates(r, crs) for id, r in rows.items()}
    within = lambda b: {id for id, (x, y) in place.items() if b.xMinimum() <= x <= b.xMaximum() and b.yMinimum() <= y <= b.yMaximum()}
    requests.items()
    found = {key(f): f for f in layer.getFeatures(QgsFeatureRequest().setFilterRect(box))}
    sent = [q for q in requests.items() if "limit" in q]
    check(within(inner) <= found.keys() <= within(outer), f"{crs}: a rectangle holds {len(found)} of {len(within(box))}")
    check(len(found) > 100 and bool(sent) and all("bbox" in q for q in sent) and len(sent) <= len(found) / 1000 + 3,
          f"{crs}: asked {len(sent)} times, bbox={sent[0].get('bbox') if sent else None} bbox-crs={sent[0].get('bbox-crs') if sent else None} crs={sent[0].get('crs') if sent else None}")
    far = worst(found.values(), rows, crs)
    check(far < (0.001 if crs == "EPSG:3948" else 0.02), f"{crs}: coordinates within {far * 1000:.2f} mm of the file's")


QgsApplication.setPrefixPath(os.environ.get("QGIS_PREFIX_PATH", "/usr"), True)
app = QgsApplication([], True)
app.initQgis()
app.messageLog().messageReceived.connect(lambda text, tag, level: messages.append(f"{tag}: {text}") if level > 0 else None)
ok = main()
leave(ok)
