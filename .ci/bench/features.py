#!/usr/bin/env python3
"""features.py SOCLE PID WINDOWS [PEER]: what features.sh measures, once both servers stand.

Each case runs on Socle and on the peer in turn, ROUNDS times; a row of the result is the median. Nothing is measured before both gave the
same number of features for the same questions; but the peer makes a window a polygon of four corners in the system of its table, so a
few positions near the edges may differ there."""
import http.client, json, os, re, statistics, subprocess, sys, tempfile, threading, time, urllib.parse

socle, pid, windows = sys.argv[1:4]
peer = sys.argv[4] if len(sys.argv) > 4 else ""
rounds, seconds = int(os.environ.get("ROUNDS", "3")), int(os.environ.get("SECONDS_EACH", "8"))
here = os.path.dirname(os.path.abspath(__file__))
work = tempfile.mkdtemp(prefix="socle-bench")
boxes = [line.strip() for line in open(windows) if line.strip()]


class Client:
    """One kept connection."""

    def __init__(self, base):
        self.host = urllib.parse.urlsplit(base).netloc
        self.connection = http.client.HTTPConnection(self.host, timeout=600)

    def get(self, target):
        """The body of an answer and the path of the next page."""
        self.connection.request("GET", target, headers={"Accept": "application/geo+json"})
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{target}: {answer.status} {body[:300]!r}")
        following = next((h for h, p in re.findall(r"<([^>]*)>([^<]*)", answer.headers.get("Link") or "") if re.search(r'rel="?next"?', p)), None)
        return body, following and following.split(self.host, 1)[1]


def wrk(base, paths, connections, duration, pause=0):
    """Runs wrk over paths and gives what requests.lua says. Connections wait pause milliseconds on average between two requests."""
    listed = os.path.join(work, "paths")
    with open(listed, "w") as f:
        f.write("\n".join(paths) + "\n")
    said = subprocess.run(["wrk", "-t1", f"-c{connections}", f"-d{duration}s", "--timeout", "60s", "-s", os.path.join(here, "requests.lua"), base],
                          capture_output=True, text=True, check=True, env={**os.environ, "LIST": listed, "PAUSE": str(pause)}).stdout
    result = json.loads(next(line for line in said.splitlines() if line.startswith("{")))
    if result["errors"] or not result["answers"]:
        raise SystemExit(f"{base}: {result}")
    return result


def sides(collection="adresses"):
    """The path of items on each server."""
    return (socle, "/collections/adresses/items?f=json&"), (peer, f"/collections/peer.{collection}/items.json?")


def features(body):
    return len(json.loads(body)["features"])


def compare(name, queries, collection="adresses"):
    """Measures the same queries on both servers in turn."""
    paths = [(base, [start + q for q in queries]) for base, start in sides(collection) if base]
    counts = [[features(Client(base).get(p)[0]) for p in some[:100]] for base, some in paths]
    if len(counts) > 1 and (abs(sum(counts[0]) - sum(counts[1])) > 0.01 * sum(counts[0]) if collection == "adresses" else counts[0] != counts[1]):
        raise SystemExit(f"{name}: the servers do not give the same: {[(a, b) for a, b in zip(*counts) if a != b][:5]}")
    items = statistics.mean(counts[0])
    for connections in (1, 8):
        runs = [[] for _ in paths]
        for _ in range(rounds):
            for side, (base, some) in zip(runs, paths):
                side.append(wrk(base, some, connections, seconds))
        line = f"  {name}, {connections} connection{'s' if connections > 1 else ''}:"
        medians = []
        for who, side in zip(("socle", "pg_featureserv"), runs):
            rate = statistics.median(r["answers"] / r["seconds"] for r in side)
            p50, p99 = statistics.median(r["p50"] for r in side), statistics.median(r["p99"] for r in side)
            medians.append((rate, p50, p99))
            line += f" {who} {rate * items:,.0f} items/s (p50 {p50:.2f} ms, p99 {p99:.2f} ms);"
        if len(medians) > 1:
            ratios = sorted((a["answers"] / a["seconds"]) / (b["answers"] / b["seconds"]) for a, b in zip(*runs))
            line += f" {statistics.median(ratios):.1f}× the items/s ({ratios[0]:.1f}–{ratios[-1]:.1f}), p99 is {medians[0][2] / medians[1][1]:.2f} of the peer's p50"
            # A server that is asked as fast as it answers waits for the cores that wrk takes. At the peer's own rate it is the server that is timed.
            pause = max(1, round(1000 * connections / medians[1][0]))
            paced = wrk(paths[0][0], paths[0][1], connections, seconds, pause)
            line += f", {paced['p99'] / medians[1][1]:.2f} at about the peer's rate ({paced['answers'] / paced['seconds'] / medians[1][0]:.2f} of it)"
        print(line, flush=True)


def deep():
    """Walks the whole collection by thousands; the last pages against the first."""
    client, target, seen, pages = Client(socle), "/collections/adresses/items?f=json&limit=1000", set(), []
    started = time.time()
    while target:
        pages.append(target)
        body, target = client.get(target)
        seen.update(f["id"] for f in json.loads(body)["features"])
    total = json.loads(client.get("/collections/adresses/items?f=json&limit=1")[0])["numberMatched"]
    print(f"  walked {len(seen):,} different features of {total:,} in {len(pages):,} pages, {time.time() - started:.0f} s with their parsing", flush=True)
    if len(seen) != total:
        raise SystemExit("the walk lost or repeated features")
    walks = [("socle", socle, pages[:20], pages[-21:-1])]
    if peer:
        start = sides()[1][1]
        walks.append(("pg_featureserv", peer, [f"{start}limit=1000&offset={i * 1000}" for i in range(20)], [f"{start}limit=1000&offset={total - (i + 1) * 1000}" for i in range(20)]))
    for who, base, first, last in walks:
        ratios, ms = [], []
        for _ in range(rounds):
            a, b = wrk(base, first, 1, max(2, seconds // 2)), wrk(base, last, 1, max(2, seconds // 2))
            ratios.append(b["p50"] / a["p50"])
            ms.append((a["p50"], b["p50"]))
        print(f"  {who}: the first 20 pages {statistics.median(a for a, _ in ms):.2f} ms, the last 20 {statistics.median(b for _, b in ms):.2f} ms: {statistics.median(ratios):.2f}×", flush=True)


def resident(name):
    with open(f"/proc/{pid}/status") as f:
        return int(re.search(rf"{name}:\s+(\d+)", f.read()).group(1)) / 1024


def memory(clients=8):
    """Clients that each download everything, and what the server's memory does meanwhile."""
    before = resident("VmRSS")
    try:
        with open(f"/proc/{pid}/clear_refs", "w") as f:
            f.write("5")  # the peak starts anew
    except OSError as e:
        print(f"  the peak cannot be reset: {e}")
    walk = """
import re, socket, sys, http.client
host, target = sys.argv[1:3]
connection, got = http.client.HTTPConnection(host, timeout=600), 0
while target:
    connection.request("GET", target)
    answer = connection.getresponse()
    assert answer.status == 200, answer.status
    got += int(answer.headers["OGC-NumberReturned"])
    link = re.search(r'<([^>]*)>; *rel="?next"?', answer.headers.get("Link") or "")
    while answer.read(1 << 16):
        pass
    target = link and link.group(1).split(host, 1)[1]
print(got)
"""
    started = time.time()
    running = [subprocess.Popen([sys.executable, "-c", walk, urllib.parse.urlsplit(socle).netloc, "/collections/adresses/items?f=json&limit=10000"],
                                stdout=subprocess.PIPE, text=True) for _ in range(clients)]
    got = [p.communicate()[0].strip() for p in running]
    peak = resident("VmHWM")
    print(f"  {clients} clients got {got[0]} features each in {time.time() - started:.0f} s: resident {before:.0f} MB before, {peak:.0f} MB at most: {peak - before:+.0f} MB", flush=True)
    if len(set(got)) != 1 or not all(g.isdigit() for g in got):
        raise SystemExit(f"the clients got {got}")


def settle():
    """Waits until the server has done what it does after its start, its index of addresses above all."""
    before = 0
    while abs(resident("VmRSS") - before) > 1:
        before = resident("VmRSS")
        time.sleep(3)


print("features:", flush=True)
settle()
memory()
deep()
compare("limit=1000", ["limit=1000"])
compare("limit=10", ["limit=10"])
compare("limit=10 from 100,000 offsets", [f"limit=10&offset={7 * i}" for i in range(100_000)])
compare("windows of 100", [f"limit=1000&bbox={b}" for b in boxes])
if peer:
    print("  the peer on positions already transformed:")
    compare("limit=1000", ["limit=1000"], "adresses_4326")
    compare("limit=10", ["limit=10"], "adresses_4326")
    compare("windows of 100", [f"limit=1000&bbox={b}" for b in boxes], "adresses_4326")
memory()
