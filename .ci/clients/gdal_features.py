#!/usr/bin/python3
"""gdal_features.py URL LOG RVA.csv.gz [PARQUET_PYTHON]

The real addresses as GDAL gets them from a running server: through its OAPIF driver, and in each format that items can be asked in, page
by page. Every row, value and coordinate is compared with the producer's file. GeoParquet is read with pyarrow, which shares
nothing with Socle or GDAL, where PARQUET_PYTHON is a python that has it. LOG is the server's request log (socle serve --log json).
Prints a line per check; exit code 0 only when all hold."""
import csv, gzip, json, os, re, subprocess, sys, tempfile, urllib.parse, urllib.request

for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
    os.environ.pop(name, None)
from osgeo import gdal, ogr

ogr.UseExceptions()
url, log, rva = sys.argv[1:4]
parquet_python = sys.argv[4] if len(sys.argv) > 4 else None
work = tempfile.mkdtemp(prefix="socle-gdal")
REAL = ("angle_grd", "angle_deg", "x_lambcc48", "y_lambcc48", "x_lamb93", "y_lamb93", "x_wgs84", "y_wgs84")
failed = []


def check(ok, what):
    print(("ok      " if ok else "FAILED  ") + what, flush=True)
    if not ok:
        failed.append(what)
    return ok


def truth():
    """The producer's rows, with the types that they stand for."""
    with gzip.open(rva, "rt", encoding="iso-8859-15", newline="") as f:
        rows = {}
        for r in csv.DictReader(f, delimiter=";"):
            row = {k.lower(): v or None for k, v in r.items()}
            row["numero"] = int(r["NUMERO"])
            row.update({k: float(r[k.upper()].replace(",", ".")) if r[k.upper()] else None for k in REAL})
            rows[r["ID_ADR"]] = row
        return rows


def compare(rows, found, what, projected=False):
    """Holds found, pairs of a row and its position, against the file."""
    seen, different, far = set(), [], 0.0
    for row, (x, y) in found:
        want = rows.get(row["id_adr"])
        if want is None or row["id_adr"] in seen:
            different.append(f"{row['id_adr']} is " + ("unknown" if want is None else "there twice"))
            continue
        seen.add(row["id_adr"])
        for c, b in want.items():
            a = row.get(c)
            a = None if a == "" else a
            same = a == b or None not in (a, b) and (abs(float(a) - b) < 1e-9 if isinstance(b, float) else str(a) == str(b))
            if not same:
                different.append(f"{row['id_adr']} {c}: {a!r}, in the file {b!r}")
        # The file's own longitudes and latitudes agree with its Lambert to 14 mm.
        dx, dy = (x - want["x_lambcc48"], y - want["y_lambcc48"]) if projected else ((x - want["x_wgs84"]) * 111320 * 0.667, (y - want["y_wgs84"]) * 111320)
        far = max(far, (dx * dx + dy * dy) ** 0.5)
    ok = check(seen == rows.keys() and not different and far < (0.001 if projected else 0.02),
               f"{what}: {len(seen)} of {len(rows)} rows, {len(different)} values differ, positions within {far * 1000:.2f} mm")
    if not ok:
        print("        " + "\n        ".join(different[:3]))


def layer_rows(source, options=()):
    """The rows of the first layer of a file, or of a layer."""
    data = gdal.OpenEx(source, gdal.OF_VECTOR, open_options=list(options))
    for f in data.GetLayer(0):
        g = f.GetGeometryRef()
        yield {f.GetFieldDefnRef(i).GetName(): f.GetField(i) for i in range(f.GetFieldCount())}, (g.GetX(), g.GetY())


def items(since):
    """The queries on items that the server logged after position since."""
    with open(log, encoding="utf-8") as f:
        f.seek(since)
        entries = [json.loads(line) for line in f if line.startswith("{")]
    return [urllib.parse.unquote(e["query"]) for e in entries if e.get("msg") == "request" and e.get("path", "").endswith("/items")]


def driver(rows):
    said = subprocess.run(["ogrinfo", "-so", f"OAPIF:{url}", "adresses"], capture_output=True, text=True)
    complaint = re.findall(r"^(?:Warning|ERROR).*", said.stdout + said.stderr, re.M)
    check(f"Feature Count: {len(rows)}\n" in said.stdout and not complaint, f"ogrinfo counts {re.findall('Feature Count: .*', said.stdout)} {complaint}")
    wrong = [c for c in REAL if not re.search(rf"^{c}: Real", said.stdout, re.M)]
    check(not wrong, f"real numbers are real: {wrong}")
    since = os.path.getsize(log)
    out = os.path.join(work, "oapif.gpkg")
    done = subprocess.run(["ogr2ogr", "-f", "GPKG", out, f"OAPIF:{url}", "adresses", "-nln", "adresses", "-oo", "PAGE_SIZE=1000"], capture_output=True, text=True)
    complaint = [m for m in re.findall(r"^(?:Warning|ERROR).*", done.stderr, re.M)]
    check(done.returncode == 0 and not complaint, f"ogr2ogr says nothing {complaint[:3]}")
    compare(rows, layer_rows(out), f"ogr2ogr through OAPIF, {len(items(since))} requests")
    if "'CRS'" in gdal.GetDriverByName("OAPIF").GetMetadataItem("DMD_OPENOPTIONLIST").replace('"', "'"):
        compare(rows, layer_rows(f"OAPIF:{url}/collections/adresses", ["PAGE_SIZE=1000", "CRS=EPSG:3948"]), "OAPIF in EPSG:3948", True)

    # The driver's to translate or not; the rows must be right either way.
    for where, holds in (("code_insee = '35238' AND numero > 100", lambda r: r["code_insee"] == "35238" and r["numero"] > 100),
                         ("voie_nom LIKE 'Allée%' OR numero IN (301, 302)", lambda r: r["voie_nom"].startswith("Allée") or r["numero"] in (301, 302)),
                         ("voie_nom = 'Rue de l''Alma' AND extension IS NULL", lambda r: r["voie_nom"] == "Rue de l'Alma" and r["extension"] is None)):
        data = gdal.OpenEx(f"OAPIF:{url}/collections/adresses", gdal.OF_VECTOR, open_options=["PAGE_SIZE=1000"])
        layer = data.GetLayer(0)
        layer.SetAttributeFilter(where)
        since = os.path.getsize(log)
        got = {f.GetField("id_adr") for f in layer}
        want = {id for id, r in rows.items() if holds(r)}
        sent = [q for q in items(since) if "filter=" in q]
        check(got == want, f"-where {where}: {len(got)} of {len(want)}; " + (f"sent as {sent[0]}" if sent else "GDAL filters by itself"))
        check(layer.GetFeatureCount() == len(want), f"  counted {layer.GetFeatureCount()}")

    xs, ys = zip(*((r["x_wgs84"], r["y_wgs84"]) for r in rows.values()))
    box = [min(xs) + 0.45 * (max(xs) - min(xs)), min(ys) + 0.45 * (max(ys) - min(ys)), min(xs) + 0.5 * (max(xs) - min(xs)), min(ys) + 0.5 * (max(ys) - min(ys))]
    inside = lambda d: {id for id, r in rows.items() if box[0] - d <= r["x_wgs84"] <= box[2] + d and box[1] - d <= r["y_wgs84"] <= box[3] + d}
    data = gdal.OpenEx(f"OAPIF:{url}/collections/adresses", gdal.OF_VECTOR, open_options=["PAGE_SIZE=1000"])
    layer = data.GetLayer(0)
    layer.SetSpatialFilterRect(*box)
    since = os.path.getsize(log)
    got = {f.GetField("id_adr") for f in layer}
    check(inside(-2e-7) <= got <= inside(2e-7) and any("bbox=" in q for q in items(since)), f"-spat: {len(got)} of {len(inside(0))}, asked by bbox")


def pages(format):
    """Downloads every page in a format, by the headers that all formats have."""
    following = f"{url}/collections/adresses/items?f={format}&limit=10000"
    while following:
        path = os.path.join(work, f"page.{format}")
        with urllib.request.urlopen(following) as r, open(path, "wb") as f:
            f.write(r.read())
            links = re.findall(r'<([^>]*)>((?:\s*;\s*[\w-]+="?[^",;]*"?(?:;version=[^"]*")?)*)', ", ".join(r.headers.get_all("Link") or []))
            following = next((h for h, p in links if re.search(r'rel="?next"?', p)), None)
            matched = r.headers.get("OGC-NumberMatched")
            returned = r.headers.get("OGC-NumberReturned")
        yield path, matched, returned


def parquet_rows(path):
    text = subprocess.run([parquet_python, "-c", """
import json, struct, sys
import pyarrow.parquet as parquet
table = parquet.read_table(sys.argv[1])
column = json.loads(table.schema.metadata[b"geo"])["primary_column"]
for row in table.to_pylist():
    wkb = row.pop(column)
    print(json.dumps([{k: v if v is None or isinstance(v, (int, float, str, bool)) else str(v) for k, v in row.items()}, struct.unpack("<dd" if wkb[0] else ">dd", wkb[5:21])]))
""", path], capture_output=True, text=True, check=True).stdout
    return (tuple(json.loads(line)) for line in text.splitlines())


def formats(rows):
    for format, options in (("json", ()), ("geojsonseq", ()), ("csv", ("GEOM_POSSIBLE_NAMES=geometry",)), ("fgb", ()), ("gpkg", ()), ("parquet", None)):
        found, said = [], []
        # The GeoJSON Text Sequences driver goes by the name.
        suffix = {"geojsonseq": ".geojsons"}.get(format, "")
        for path, matched, returned in pages(format):
            if suffix:
                os.replace(path, path + suffix)
                path += suffix
            if format == "parquet" and not parquet_python:
                break
            got = list(parquet_rows(path) if options is None else layer_rows(path, options))
            found += got
            said.append((matched, returned) == (str(len(rows)), str(len(got))))
        if format == "parquet" and not parquet_python:
            print("        parquet: no python with pyarrow was given")
            continue
        compare(rows, found, f"f={format}, {len(said)} pages")
        check(all(said), "  OGC-NumberMatched and OGC-NumberReturned are right on every page")


rows = truth()
print(f"GDAL {gdal.__version__}, {len(rows)} rows in the file")
driver(rows)
formats(rows)
print(f"GDAL {gdal.__version__}: {len(failed)} checks failed")
sys.exit(1 if failed else 0)
