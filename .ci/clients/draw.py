#!/usr/bin/python3
"""draw.py features URL COLLECTION OUT.png | draw.py tiles TEMPLATE LON0,LAT0,LON1,LAT1 ZMAX OUT.png | draw.py style URL ID OUT.png

Opens what Socle serves with QGIS itself, headless, and draws it. Prints what QGIS saw as one line of JSON;
exit code 0 only when the layer is valid, every feature came and the picture is not empty."""
import json, os, shutil, sys, tempfile, urllib.request

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# A profile and a cache of its own: QGIS would answer from the cache of an earlier run, and another QGIS would tidy it meanwhile.
own = tempfile.mkdtemp(prefix="socle-qgis")
for name in ("QGIS_CUSTOM_CONFIG_PATH", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"):
    os.environ[name] = own
for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
    os.environ.pop(name, None)

from qgis.core import (Qgis, QgsApplication, QgsCoordinateReferenceSystem, QgsCoordinateTransform, QgsFeatureRequest,
                       QgsFillSymbol, QgsLineSymbol, QgsMapBoxGlStyleConversionContext, QgsMapBoxGlStyleConverter,
                       QgsMapRendererCustomPainterJob, QgsMapSettings, QgsMarkerSymbol,
                       QgsProject, QgsRectangle, QgsVectorLayer, QgsVectorTileBasicRenderer,
                       QgsVectorTileBasicRendererStyle, QgsVectorTileLayer, QgsWkbTypes)
from qgis.PyQt.QtCore import QEventLoop, QSize, QTimer
from qgis.PyQt.QtGui import QColor, QImage, QPainter

WIDTH, HEIGHT = 800, 600
DRAWING_MS = 600000  # long enough for a busy machine: it only ends what hangs
messages = []


def leave(ok):
    """Ends at once: exitQgis can hang on the provider's cache thread, and what a job draws on must outlive it."""
    sys.stdout.flush()
    shutil.rmtree(own, ignore_errors=True)
    os._exit(0 if ok else 1)


def draw(layer, extent, crs, out):
    """Draws layer to a PNG and gives the share of pixels that are not background."""
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setDestinationCrs(crs)
    settings.setExtent(extent)
    settings.setOutputSize(QSize(WIDTH, HEIGHT))
    settings.setBackgroundColor(QColor("white"))
    settings.setTransformContext(QgsProject.instance().transformContext())
    image = QImage(QSize(WIDTH, HEIGHT), QImage.Format_ARGB32_Premultiplied)
    image.fill(QColor("white"))
    painter = QPainter(image)
    job = QgsMapRendererCustomPainterJob(settings, painter)
    loop = QEventLoop()
    job.finished.connect(loop.quit)
    QTimer.singleShot(DRAWING_MS, loop.quit)
    job.start()
    loop.exec_()
    if job.isActive():
        job.cancel()
        print(f"drawing did not end in {DRAWING_MS // 1000} s")
        leave(False)
    painter.end()
    image.save(out)
    seen = [(x, y) for y in range(0, HEIGHT, 3) for x in range(0, WIDTH, 3)]
    return sum(image.pixel(x, y) != 0xFFFFFFFF for x, y in seen) / len(seen)


def features(url, collection, out):
    uri = (f" pagingEnabled='true' preferCoordinatesForWfsT11='false' restrictToRequestBBOX='1' "
           f"typename='{collection}' url='{url}' version='OGC_API_FEATURES'")
    layer = QgsVectorLayer(uri, collection, "OAPIF")
    if not layer.isValid():
        raise SystemExit("QGIS finds the layer invalid: " + layer.error().message())
    found = list(layer.getFeatures())
    # A second layer, because the first now answers from its cache.
    fresh, box = QgsVectorLayer(uri, collection, "OAPIF"), layer.extent()
    quarter = QgsRectangle(box.xMinimum(), box.yMinimum(), box.center().x(), box.center().y())
    inside = sum(1 for _ in fresh.getFeatures(QgsFeatureRequest().setFilterRect(quarter)))
    expected = sum(f.hasGeometry() and f.geometry().boundingBox().intersects(quarter) for f in found)
    share = 1.0
    if layer.geometryType() != QgsWkbTypes.NullGeometry:
        if layer.geometryType() == QgsWkbTypes.PolygonGeometry:
            layer.renderer().setSymbol(QgsFillSymbol.createSimple({"color": "230,120,40,160", "outline_color": "black"}))
        box.grow(max(box.width(), box.height()) * 0.05)
        share = draw(layer, box, layer.crs(), out)
    print(json.dumps({"qgis": Qgis.QGIS_VERSION, "collection": collection, "crs": layer.crs().authid(),
                      "geometry": QgsWkbTypes.displayString(layer.wkbType()), "fields": [f.name() for f in layer.fields()],
                      "features": len(found), "count": layer.featureCount(), "quarter": [inside, expected], "drawn": round(share, 4),
                      "messages": messages}, ensure_ascii=False))
    return len(found) > 0 and len(found) == layer.featureCount() and inside >= expected and share > 0.001


def tiles(template, bbox, zmax, out):
    layer = QgsVectorTileLayer(f"type=xyz&url={template}&zmin=0&zmax={zmax}", "tiles")
    if not layer.isValid():
        raise SystemExit("QGIS finds the tile layer invalid")
    styles = []
    for kind, geometry, symbol in (
            ("Polygon", QgsWkbTypes.PolygonGeometry, QgsFillSymbol.createSimple({"color": "230,120,40,120", "outline_color": "black"})),
            ("Line", QgsWkbTypes.LineGeometry, QgsLineSymbol.createSimple({"color": "red", "width": ".4"})),
            ("Point", QgsWkbTypes.PointGeometry, QgsMarkerSymbol.createSimple({"color": "green", "size": "1.5"}))):
        style = QgsVectorTileBasicRendererStyle(kind, "", geometry)
        style.setSymbol(symbol)
        style.setFilterExpression(f"geometry_type($geometry)='{kind}'")
        style.setEnabled(True)
        styles.append(style)
    renderer = QgsVectorTileBasicRenderer()
    renderer.setStyles(styles)
    layer.setRenderer(renderer)
    crs = QgsCoordinateReferenceSystem("EPSG:3857")
    to = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:4326"), crs, QgsProject.instance())
    share = draw(layer, to.transformBoundingBox(QgsRectangle(*map(float, bbox.split(",")))), crs, out)
    print(json.dumps({"qgis": Qgis.QGIS_VERSION, "tiles": template, "drawn": round(share, 4), "messages": messages}))
    return share > 0.001


def style(url, name, out):
    """Has QGIS read a style of figures, and looks for every colour of its legend in what it draws."""
    read = lambda u: urllib.request.urlopen(u).read()
    doc = json.loads(read(f"{url}/styles/{name}.json"))
    source, legend = doc["sources"]["socle"], doc["metadata"]["socle:legend"]
    layer = QgsVectorTileLayer(f"type=xyz&url={source['tiles'][0]}&zmin={source['minzoom']}&zmax={source['maxzoom']}", name)
    context, converter = QgsMapBoxGlStyleConversionContext(), QgsMapBoxGlStyleConverter()
    context.setSprites(QImage.fromData(read(doc["sprite"] + "@2x.png")), read(doc["sprite"] + "@2x.json").decode())
    result = converter.convert(json.dumps(doc), context)
    layer.setRenderer(converter.renderer().clone())
    crs = QgsCoordinateReferenceSystem("EPSG:3857")
    to = QgsCoordinateTransform(QgsCoordinateReferenceSystem("EPSG:4326"), crs, QgsProject.instance())
    share = draw(layer, to.transformBoundingBox(QgsRectangle(*source["bounds"])), crs, out)
    image, paper = QImage(out), QColor(doc["layers"][0]["paint"]["background-color"])
    drawn = [QColor(image.pixel(x, y)) for y in range(HEIGHT) for x in range(WIDTH)]

    def seen(colour):  # of a fill that is a little transparent
        c = [0.9 * a + 0.1 * b for a, b in zip(QColor(colour).getRgb(), paper.getRgb())]
        return any(max(abs(a - b) for a, b in zip(d.getRgb()[:3], c)) < 6 for d in drawn)
    lost = [c["colour"] for c in legend["classes"] if not seen(c["colour"])]
    print(json.dumps({"qgis": Qgis.QGIS_VERSION, "style": name, "classes": len(legend["classes"]), "not drawn": lost, "drawn": round(share, 4),
                      "warnings": converter.warnings(), "messages": messages}))
    return layer.isValid() and result == QgsMapBoxGlStyleConverter.Success and not converter.warnings() and len(legend["classes"]) > 1 and not lost


QgsApplication.setPrefixPath("/usr", True)
app = QgsApplication([], True)
app.initQgis()
app.messageLog().messageReceived.connect(lambda text, tag, level: messages.append(f"{tag}: {text}") if level > 0 else None)
ok = {"features": features, "tiles": tiles, "style": style}[sys.argv[1]](*sys.argv[2:])
leave(ok)
