#!/usr/bin/env python3
"""verdict.py RESULTS.xml: the verdict of a TestNG report, because the suites that write it always exit 0.

Prints how many tests passed, failed and were skipped, and each failed or skipped method with its reasons and how often.
Exit code 0 only when something passed and nothing failed."""
import collections, re, sys
import xml.etree.ElementTree as ET

status = collections.Counter()
told = {"FAIL": {}, "SKIP": {}}
for method in ET.parse(sys.argv[1]).iter("test-method"):
    # A configuration method that fails skips what depends on it: its failure is one of the suite.
    if method.get("is-config") == "true" and method.get("status") != "FAIL":
        continue
    status[method.get("status")] += 1
    if method.get("status") in told:
        name = method.get("signature").split("(")[0] + " @ " + re.sub(r".*\.", "", (method.get("signature").split("instance:") + [""])[1].split("@")[0])
        said = (method.findtext(".//message") or "no reason given").strip()
        values = " ".join((v.text or "").strip() for v in method.iter("value"))
        about = sorted(set(re.findall(r"\bid=([\w.-]+)", values) + re.findall(r"/collections/([\w.-]+)", values + said)))
        # One reason for all collections, whatever the message calls them.
        for id in about:
            said = re.sub(rf"\b{re.escape(id)}\b", "…", said)
        reasons = told[method.get("status")].setdefault(name, {})
        reasons.setdefault(re.sub(r"\s+|@[0-9a-f]{6,8}\b", " ", said)[:300], []).append(", ".join(about))
for kind, names in told.items():
    for name, reasons in sorted(names.items()):
        for said, about in reasons.items():
            about = sorted(set(filter(None, about)))
            print(f"{kind} {name} ×{len(reasons[said])}: {said}" + (f" [{'; '.join(about)[:200]}]" if about else ""))
print(f"{status['PASS']} passed, {status['FAIL']} failed, {status['SKIP']} skipped")
sys.exit(0 if status["PASS"] and not status["FAIL"] else 1)
