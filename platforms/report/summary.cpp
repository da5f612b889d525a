#include "platforms/report/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <utility>

#include "doorbell/core/arch/statistics_kinds.h"
#include "platforms/report/bottleneck.h"
#include "platforms/report/units.h"

namespace doorbell {
namespace {

/// The text under construction.
class Page {
 public:
  template <class... Arguments>
  void line(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
    if (!heading_.empty())
      fmt::format_to(std::back_inserter(text_), "\n{}\n", std::exchange(heading_, {}));
    fmt::format_to(std::back_inserter(text_), format, std::forward<Arguments>(arguments)...);
    while (!text_.empty() && text_.back() == ' ')
      text_.pop_back();
    text_ += '\n';
  }
  /// Stands above the next line, if there is one.
  void heading(std::string_view title) { heading_ = title; }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
  std::string heading_;
};

template <class Kind, class Visitor>
void each(const Statistics& statistics, Visitor visitor) {
  statistics.visit([&](const Statistic& statistic) {
    if (const auto* of_kind = dynamic_cast<const Kind*>(&statistic)) visitor(*of_kind);
  });
}

double per_second(std::uint64_t amount, Time time) {
  return time == 0 ? 0
                   : static_cast<double>(amount) * static_cast<double>(second) /
                         static_cast<double>(time);
}

/// "2 commands refused, 1 event recorded": those that there are.
std::string faults_text(const RunFaults& faults) {
  std::string text;
  const auto add = [&](std::uint64_t count, std::string_view noun, std::string_view rest) {
    if (count == 0) return;
    fmt::format_to(std::back_inserter(text), "{}{} {}{} {}", text.empty() ? "" : ", ",
                   count_text(count), noun, count == 1 ? "" : "s", rest);
  };
  add(faults.commands_refused, "command", "refused");
  add(faults.operations_failed, "operation", "of software failed");
  add(faults.operations_refused, "operation", "of functions refused");
  add(faults.events_recorded, "event", "recorded");
  add(faults.errors_raised, "error", "raised");
  return text;
}

void write_totals(Page& page, const RunReport& report) {
  const RunTotals& totals = report.totals;
  if (report.partial) page.line("Partial: the run was ended before its workload.");
  page.line("{} simulated: {} DMA transactions of {}B in all, {} MSIs, {} acknowledged",
            duration_text(totals.measured), count_text(totals.transactions),
            rate_text(static_cast<double>(totals.bytes)), count_text(totals.sent),
            count_text(totals.acknowledged));
  page.line("Throughput: {} MSI/s, {}B/s of DMA, simulated",
            rate_text(per_second(totals.acknowledged, totals.measured)),
            rate_text(per_second(totals.bytes, totals.measured)));
  if (totals.faults.sum() != 0) page.line("Not all went well: {}", faults_text(totals.faults));
}

void write_quantiles(Page& page, std::string_view stage, std::string_view part,
                     const Histogram& histogram, double whole) {
  page.line("  {:<18} {:<8} {:>9} {:>9} {:>9} {:>9}", stage, part,
            duration_text(histogram.quantile(1, 2)), duration_text(histogram.quantile(99, 100)),
            duration_text(histogram.maximum()),
            share_text(static_cast<double>(histogram.sum()), whole));
}

void write_stages(Page& page, StageStatistics& stages) {
  const StageStatistics::Stream total = stages.total();
  page.heading("Latency of an MSI by stage");
  if (total.end_to_end.count() == 0) {
    page.line("  none came to its end");
    return;
  }
  const auto whole = static_cast<double>(total.end_to_end.sum());
  page.line("  {:<18} {:<8} {:>9} {:>9} {:>9} {:>9}", "stage", "", "p50", "p99", "max", "share");
  for (const StageId id : stages.graph().in_order()) {
    const StageHistograms& stage = total.stages[static_cast<std::size_t>(id)];
    if (stage.service.count() == 0) continue;
    write_quantiles(page, stages.graph().info(id).name, "waiting", stage.waiting, whole);
    write_quantiles(page, "", "service", stage.service, whole);
  }
  write_quantiles(page, "end to end", "", total.end_to_end, whole);
}

void write_caches(Page& page, const Statistics& statistics) {
  page.heading("Hit rates");
  each<CacheStatistics>(statistics, [&](const CacheStatistics& cache) {
    const std::uint64_t lookups = cache.hits() + cache.misses();
    if (lookups == 0) return;
    page.line("  {:<40} {:>9} of {:>12} look-ups, {} evictions, {} invalidated", cache.path(),
              share_text(static_cast<double>(cache.hits()), static_cast<double>(lookups)),
              count_text(lookups), count_text(cache.evictions()),
              count_text(cache.invalidations()));
  });
}

/// Histograms of plain numbers rather than times, such as the accesses of a walk.
void write_counts(Page& page, const Statistics& statistics) {
  page.heading("Distributions");
  each<HistogramStatistics>(statistics, [&](const HistogramStatistics& statistic) {
    const Histogram& histogram = statistic.histogram();
    if (statistic.info().unit == "ps" || histogram.count() == 0) return;
    page.line("  {:<40} {:>9} times, {}: mean {:.2f}, p50 {}, p99 {}, max {}", statistic.path(),
              count_text(histogram.count()), statistic.info().unit, histogram.mean(),
              histogram.quantile(1, 2), histogram.quantile(99, 100), histogram.maximum());
  });
}

/// Walks are counted apart by the accesses that they took: `walks_of_1`, `walks_of_2` and so on.
void write_walks(Page& page, const Statistics& statistics) {
  page.heading("Walks by length");
  each<Counter>(statistics, [&](const Counter& counter) {
    const std::string& path = counter.path();
    if (path.find(".walks_of_") == std::string::npos || counter.value() == 0) return;
    page.line("  {:<40} {:>9}", path, count_text(counter.value()));
  });
}

void write_queues(Page& page, const Statistics& statistics) {
  page.heading("High-water marks");
  each<QueueStatistics>(statistics, [&](const QueueStatistics& queue) {
    if (queue.high_water_mark() == 0) return;
    const std::string capacity =
        queue.capacity() == 0 ? "unbounded" : "of " + count_text(queue.capacity());
    page.line("  {:<40} {:>9} {:<12} mean {:.2f}", queue.path(),
              count_text(queue.high_water_mark()), capacity, queue.mean_occupancy());
  });
}

/// The wires of links are servers called `line`.
void write_links(Page& page, const Statistics& statistics) {
  page.heading("Link utilisation");
  each<ServerStatistics>(statistics, [&](const ServerStatistics& server) {
    if (!server.path().ends_with(".line") || server.completions() == 0) return;
    page.line("  {:<40} {:>9} busy, {} TLPs and DLLPs", server.path(),
              share_text(server.utilisation(), 1), count_text(server.completions()));
  });
}

constexpr std::size_t servers_shown = 8;

/// Of what a run moved, at a server's full utilisation.
std::string bound_text(const RunTotals& totals, double utilisation) {
  const auto bound = [&](std::uint64_t count) {
    return rate_text(per_second(count, totals.measured) / utilisation);
  };
  if (totals.acknowledged != 0)
    return fmt::format("; it bounds this mix at {} MSI/s", bound(totals.acknowledged));
  if (totals.bytes != 0) return fmt::format("; it bounds this mix at {}B/s", bound(totals.bytes));
  return {};
}

/// What the file of statistics has under this name.
std::uint64_t value_of(const Statistic& statistic, std::string_view name) {
  StatisticValues values;
  statistic.values(values);
  for (const StatisticValue& value : values) {
    if (value.name == name) return std::get<std::uint64_t>(value.number);
  }
  return 0;
}

ServerLoad load_of(const ServerStatistics& server) {
  return {.utilisation = server.utilisation(),
          .places = server.capacity(),
          .highest = value_of(server, "busy_highest"),
          .mean_service = server.mean_service(),
          .completions = server.completions(),
          .better_busy = server.info().better == Better::higher};
}

void write_servers(Page& page, const RunReport& report) {
  std::vector<const ServerStatistics*> servers;
  each<ServerStatistics>(report.statistics, [&](const ServerStatistics& server) {
    if (may_bound(load_of(server))) servers.push_back(&server);
  });
  std::ranges::stable_sort(servers, std::greater{}, &ServerStatistics::utilisation);
  page.heading("Busiest servers");
  std::vector<ServerLoad> loads;
  for (const ServerStatistics* server : servers) {
    loads.push_back(load_of(*server));
    if (loads.size() > servers_shown) continue;
    page.line("  {:<40} {:>9} busy, {} served in {} each", server->path(),
              share_text(server->utilisation(), 1), count_text(server->completions()),
              duration_text(static_cast<Time>(server->mean_service() + 0.5)));
  }
  const auto found = bottleneck_of(loads);
  if (!found) return;
  const ServerStatistics& server = *servers[*found];
  page.line("Bottleneck: {} at {}{}", server.path(), share_text(server.utilisation(), 1),
            bound_text(report.totals, server.utilisation()));
}

void write_conservation(Page& page, const Conservation& conservation) {
  page.heading("Every doorbell accounted for");
  for (const auto& [name, count] : conservation.outcomes) {
    if (count != 0) page.line("  {:<58} {:>12}", name, count_text(count));
  }
  page.line("  {:<58} {:>12} of {} sent{}", "sum", count_text(conservation.accounted()),
            count_text(conservation.sent), conservation.balanced() ? "" : "  NOT BALANCED");
}

}  // namespace

std::string summary(const RunReport& report) {
  Page page;
  write_totals(page, report);
  write_stages(page, report.stages);
  write_links(page, report.statistics);
  write_servers(page, report);
  write_caches(page, report.statistics);
  write_walks(page, report.statistics);
  write_counts(page, report.statistics);
  write_queues(page, report.statistics);
  write_conservation(page, report.conservation);
  return page.take();
}

}  // namespace doorbell
