#!/usr/bin/env python3
"""momepy_blocks.py FOLDER: urban blocks and their form with momepy, beside `socle imu build` on the same input.

FOLDER holds communes, voies, rail, hydro, batiments and vegetation of a synthetic metropolis, each written by
`socle export X -o X.gpkg --crs EPSG:2154`. Needs momepy and geopandas; prints seconds, elapsed and of processor, by step."""
import os, sys, time, warnings

import geopandas as gpd, momepy, numpy as np, pandas as pd, shapely

warnings.filterwarnings("ignore")
os.chdir(sys.argv[1])
mark = start = time.time()


def tell(what):
    global mark
    print(f"{what:28s} {time.time() - mark:8.1f} s, {time.process_time():8.1f} s of processor so far", flush=True)
    mark = time.time()


communes, voies, rail, hydro, bati, green = (gpd.read_file(f"{n}.gpkg") for n in ["communes", "voies", "rail", "hydro", "batiments", "vegetation"])
tell("read")
voies = voies[voies.nature != "Chemin"].explode(ignore_index=True)
lines = lambda g: gpd.GeoDataFrame(geometry=gpd.GeoSeries(g, crs=2154).explode(ignore_index=True))
zone = gpd.GeoSeries([communes.union_all()], crs=2154)
blocks = momepy.enclosures(voies, limit=zone, additional_barriers=[lines(rail.geometry), lines(hydro.boundary), lines(communes.boundary)])
S = blocks.area
tell(f"{len(blocks)} enclosures")

bati = bati.explode(ignore_index=True)
inside = gpd.sjoin(gpd.GeoDataFrame(geometry=bati.representative_point()), blocks[["geometry"]], predicate="within")
bati["k"] = inside[~inside.index.duplicated()].index_right
bati["h"], bati["A"], bati["p"] = bati.zmax - bati.zmin, bati.area, bati.length
by = lambda values: values.groupby(bati.k).sum()
built, mean = by(bati.A), {}
tell("buildings to blocks")
for name, values in {"form": bati.A / bati.p**2, "convexity": momepy.convexity(bati), "circle": momepy.circular_compactness(bati)}.items():
    mean[name] = by(values * bati.A) / built
tell("shape of buildings")
mean["walls"] = by(momepy.shared_walls(bati)) / by(bati.p)
tell("shared walls")
i, j = bati.sindex.query(bati.geometry, predicate="dwithin", distance=100)
i, j = i[i != j], j[i != j]
near = pd.Series(shapely.distance(bati.geometry.values[i], bati.geometry.values[j])).groupby(i).min().reindex(range(len(bati))).fillna(100).values
mean["spacing"] = by(near * bati.A) / built
tell("spacing, at most 100 m")
mean["ces"], mean["cos"], mean["n"] = built / S, by(bati.A * bati.niveau) / S, bati.groupby("k").size()
mean["height"] = by(bati.A * bati.h) / built
mean["std"] = np.sqrt(by(bati.A * (bati.h - bati.k.map(mean["height"])) ** 2) / built)
mean["geometric"] = np.exp(np.log(bati.h).groupby(bati.k).mean())
part = lambda layer: gpd.overlay(layer[["geometry"]], blocks[["geometry"]].reset_index(names="k"), how="intersection", keep_geom_type=True)
roads = part(voies)
mean["roads"] = roads.length.groupby(roads.k).sum() / S
tell("indicators of blocks")
i, j = bati.sindex.query(bati.geometry, predicate="intersects")
i, j = i[i != j], j[i != j]
shared = shapely.length(shapely.intersection(bati.geometry.values[i], bati.geometry.values[j]))
walls = pd.Series(np.bincount(i, np.minimum(bati.h.values[i], bati.h.values[j]) * shared, len(bati)))
mean["contiguity"], mean["facades"] = by(walls) / by(bati.p * bati.h), by(bati.p * bati.h - walls) / S
tell("contiguity, façades")
less = lambda a, b: gpd.overlay(a[["geometry"]], b[["geometry"]], how="difference")
share = lambda layer: (lambda o: o.area.groupby(o.k).sum() / S)(part(layer))
green = less(less(green, hydro), bati)
wide = gpd.GeoDataFrame(geometry=[voies.buffer(voies.largeur.fillna(0) / 2).union_all()], crs=2154).explode(ignore_index=True)
mean["water"], mean["green"], mean["road"] = share(hydro), share(green), share(less(less(less(wide, hydro), bati), green))
tell("land cover")
blocks.join(pd.DataFrame(mean)).to_file("momepy.gpkg")
print(f"{time.time() - start:.1f} s, {time.process_time():.1f} s of processor")
