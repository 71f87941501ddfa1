"""Writes the fixtures of this folder: python3 make.py (needs pyarrow)."""
import datetime as dt
import decimal
import json
import struct

import pyarrow as pa
import pyarrow.parquet as pq


def point(x, y):
    return struct.pack("<BIdd", 1, 1, x, y)


def polygon_z():
    ring = [(0, 0, 5), (9, 0, 5), (9, 9, 5), (0, 0, 5)]
    return struct.pack("<BIII", 1, 1003, 1, 4) + b"".join(struct.pack("<ddd", *p) for p in ring)


columns = {
    "geom": (pa.binary(), [point(1.5, 2.5), None, polygon_z()]),
    "i8": (pa.int8(), [-1, None, 127]),
    "u32": (pa.uint32(), [4294967295, None, 0]),
    "u64": (pa.uint64(), [18446744073709551615, None, 7]),
    "i64": (pa.int64(), [9007199254740993, None, -1]),
    "f32": (pa.float32(), [0.1, None, 2.5]),
    "f64": (pa.float64(), [0.1, None, float("nan")]),
    "b": (pa.bool_(), [True, None, False]),
    "s": (pa.string(), ["Allée", None, ""]),
    "cat": (pa.dictionary(pa.int32(), pa.string()), ["a", None, "a"]),
    "d": (pa.date32(), [dt.date(2024, 2, 29), None, dt.date(1969, 12, 31)]),
    "t_ms": (pa.timestamp("ms", tz="UTC"), [1500, None, -1]),
    "t_ns": (pa.timestamp("ns"), [1500, None, -1]),
    "time": (pa.time64("us"), [dt.time(12, 34, 56, 789000), None, dt.time(0, 0)]),
    "dec": (pa.decimal128(10, 2), [decimal.Decimal("-12.30"), None, decimal.Decimal("0.01")]),
    "bin": (pa.binary(), [b"\x00\xff", None, b"text"]),
    "list": (pa.list_(pa.int64()), [[1, None, 3], None, []]),
    "lists": (pa.list_(pa.list_(pa.string())), [[["a"], [], None, ["b", "c"]], None, [[]]]),
    "obj": (pa.struct([("x", pa.float64()), ("n", pa.struct([("s", pa.string())]))]), [{"x": 1.5, "n": {"s": 'é"'}}, None, {"x": None, "n": None}]),
    "objs": (pa.list_(pa.struct([("k", pa.int32()), ("v", pa.list_(pa.bool_()))])), [[{"k": 1, "v": [True]}, {"k": None, "v": None}], None, []]),
    "map": (pa.map_(pa.string(), pa.int32()), [[("a", 1), ("b", None)], None, []]),
    "bbox": (pa.struct([(k, pa.float64()) for k in ("xmin", "ymin", "xmax", "ymax")]), [None, None, None]),
    "geom2": (pa.binary(), [point(0, 0), None, None]),
}
table = pa.table({k: pa.array(v, type=t) for k, (t, v) in columns.items()})
covering = {"bbox": {k: ["bbox", k] for k in ("xmin", "ymin", "xmax", "ymax")}}
crs = {"type": "ProjectedCRS", "name": "RGF93 v1 / CC48", "id": {"authority": "EPSG", "code": 3948}}
geo = {
    "version": "1.1.0",
    "primary_column": "geom",
    "columns": {
        "geom": {"encoding": "WKB", "geometry_types": [], "crs": crs, "covering": covering},
        "geom2": {"encoding": "WKB", "geometry_types": ["Point"]},
    },
}
table = table.replace_schema_metadata({"geo": json.dumps(geo)})
pq.write_table(table, "types.parquet", row_group_size=2, compression="snappy")

old = pa.table(
    {
        "INSEE": pa.array([b"35238", b"35047"], type=pa.binary()),
        "quand": pa.array([dt.datetime(2024, 2, 29, 12, 0), None], type=pa.timestamp("us")),
        "valeur": pa.array([1, 2], type=pa.int32()),
    }
)
pq.write_table(old, "table.parquet", use_deprecated_int96_timestamps=True, version="1.0", compression="gzip", data_page_version="1.0")

D = decimal.Decimal
whole = pa.table(
    {
        "dec9": pa.array([D(7), None, D(-999999999), D(0)], pa.decimal128(9, 0)),
        "dec18": pa.array([D(10**18 - 1), None, D(-1), D(0)], pa.decimal128(18, 0)),
        "dec38": pa.array([D(2**53 + 1), None, D("12345678901234567890123456789012345678"), D(-(2**63))], pa.decimal128(38, 0)),
    }
)
pq.write_table(whole, "decimals.parquet", compression="NONE", store_schema=False, store_decimal_as_integer=True)
