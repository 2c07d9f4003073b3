// The service's own health, read from /metrics: what changed between two readings, else since the start.

import { element, table } from "../docs/service.js";
import { sparkline } from "./chart.js";

const KEPT = 60; // readings

export function parseMetrics(text) {
  const found = new Map();
  for (const line of text.split("\n")) {
    const [, name, labels, value] = line.match(/^(\w+)(?:\{(.*)\})? (\S+)$/) ?? [];
    if (!name) continue;
    const pairs = [...(labels ?? "").matchAll(/(\w+)="((?:\\.|[^"\\])*)"/g)].map(([, key, text]) => [key, text]);
    if (!found.has(name)) found.set(name, []);
    found.get(name).push({ labels: Object.fromEntries(pairs), value: value === "+Inf" ? Infinity : Number(value) });
  }
  return found;
}

function sum(metrics, name, fits = () => true) {
  return (metrics?.get(name) ?? []).filter((each) => fits(each.labels)).reduce((total, each) => total + each.value, 0);
}

// The value below which a share of what a histogram counted lies, by a line within its bucket.
export function quantile(share, now, before, name, fits) {
  const counts = new Map();
  for (const [sign, metrics] of [[1, now], [-1, before]]) {
    for (const { labels, value } of metrics?.get(`${name}_bucket`) ?? []) {
      if (fits && !fits(labels)) continue;
      const end = labels.le === "+Inf" ? Infinity : Number(labels.le);
      counts.set(end, (counts.get(end) ?? 0) + sign * value);
    }
  }
  const buckets = [...counts].sort(([one], [other]) => one - other);
  const wanted = share * (buckets.at(-1)?.[1] ?? 0);
  if (!wanted) return null;
  let start = 0, below = 0;
  for (const [end, count] of buckets) {
    if (count >= wanted) return end === Infinity ? start : start + (end - start) * (wanted - below) / (count - below);
    [start, below] = [end, count];
  }
  return start;
}

const rate = (share) => (Number.isFinite(share) ? `${(share * 100).toFixed(share < 0.995 ? 1 : 2)} %` : "–");
const time = (seconds) => (seconds === null ? "–" : seconds >= 1 ? `${seconds.toFixed(1)} s` : `${(seconds * 1000).toFixed(seconds < 0.01 ? 1 : 0)} ms`);
const amount = (number, digits = 1) => (Number.isFinite(number) ? number.toLocaleString("en", { maximumFractionDigits: digits }) : "–");

const readings = [];

// Reads /metrics once more; gives what the panel shows.
export async function health() {
  const response = await fetch(new URL("../metrics", import.meta.url));
  if (!response.ok) throw new Error(`/metrics answered ${response.status}`);
  readings.push({ at: performance.now() / 1000, metrics: parseMetrics(await response.text()) });
  if (readings.length > KEPT) readings.shift();
  const [now, before] = [readings.at(-1), readings.length > 1 ? readings[0] : null];
  return [facts(now, before), trend(), busiest(now.metrics)];
}

function facts(now, before) {
  const grown = (name, fits) => sum(now.metrics, name, fits) - sum(before?.metrics, name, fits);
  const share = (name) => {
    const hits = grown(`${name}_hits_total`);
    return rate(hits / (hits + grown(`${name}_misses_total`)));
  };
  const calls = grown("octavo_calls_total");
  const failed = grown("octavo_calls_total", (labels) => ["internal_error", "storage_unavailable", "timed_out", "busy"].includes(labels.outcome));
  const groups = grown("octavo_group_changes_count");
  const shown = [
    ["Calls per second", before ? amount(calls / (now.at - before.at)) : "–", "from the second reading on"],
    ["Time of a call, p50", time(quantile(0.5, now.metrics, before?.metrics, "octavo_call_seconds"))],
    ["Time of a call, p99", time(quantile(0.99, now.metrics, before?.metrics, "octavo_call_seconds"))],
    ["Failed calls", rate(calls ? failed / calls : 0), "busy, timed out, storage away or internal"],
    ["Changes in a group, mean", amount(grown("octavo_group_changes_sum") / groups), "changes that share one transaction"],
    ["Changes in a group, p99", amount(quantile(0.99, now.metrics, before?.metrics, "octavo_group_changes") ?? NaN, 0)],
    ["Read cache", share("octavo_read_cache"), "reads by id answered from memory"],
    ["Kept answers", share("octavo_kept_answers"), "lists and reports answered as they were kept"],
    ["Requests in flight", amount(sum(now.metrics, "octavo_requests_in_flight"), 0)],
  ];
  const span = before ? `Of the last ${Math.round(now.at - before.at)} seconds.` : "Since the service started.";
  return [
    element("p", { className: "note" }, span),
    element("dl", { className: "facts" }, shown.map(([name, value, about]) =>
      element("div", { title: about }, element("dt", {}, name), element("dd", {}, value)))),
  ];
}

function trend() {
  const rates = readings.slice(1).map((each, index) => {
    const last = readings[index];
    return (sum(each.metrics, "octavo_calls_total") - sum(last.metrics, "octavo_calls_total")) / (each.at - last.at);
  });
  return rates.length < 2 ? null : sparkline(rates, `Calls per second, ${amount(Math.max(...rates))} at most`);
}

function busiest(metrics) {
  const calls = new Map();
  for (const { labels, value } of metrics.get("octavo_calls_total") ?? []) {
    const each = calls.get(labels.method) ?? { all: 0, ok: 0 };
    each.all += value;
    if (labels.outcome === "ok") each.ok += value;
    calls.set(labels.method, each);
  }
  const rows = [...calls].sort(([, one], [, other]) => other.all - one.all).slice(0, 8).map(([method, { all, ok }]) =>
    [element("code", {}, method), amount(all, 0), amount(all - ok, 0), time(quantile(0.99, metrics, null, "octavo_call_seconds", (labels) => labels.method === method))]);
  return rows.length ? table(["Method", "Calls since start", "Refused", "p99"], rows, "The methods called most") : null;
}
