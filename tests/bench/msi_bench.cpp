// End-to-end timed MSIs: from a function's decision to send, over link, root complex, SMMU, fabric
// and ITS with real tables in memory and back-pressure, to a processor's read of ICC_IAR1_EL1 and
// write of ICC_EOIR1_EL1. Everything is brought up by the drivers in loose timing; only the
// approximate part is measured. Prints one line of JSON.

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "doorbell/core/arch/explanation.h"
#include "doorbell/core/arch/statistics_json.h"
#include "doorbell/core/arch/task_group.h"
#include "doorbell/core/arch/wait_primitives.h"
#include "doorbell/core/simulation.h"
#include "platforms/virt/memory_map.h"
#include "platforms/virt/platform.h"
#include "sw/native/native.h"
#include "sw/scenarios/machine.h"
#include "tests/bench/bare_event.h"

namespace {

using namespace doorbell;

struct Options {
  std::uint32_t processors = 4;
  std::uint32_t functions = 1;
  std::uint32_t vectors = 16;        // mapped events of each function
  std::uint32_t active = 0;          // functions that send; 0: all
  std::uint32_t active_vectors = 0;  // of each of them; 0: all
  std::uint32_t outstanding = 16;
  std::uint64_t messages = 1'000'000;
  bool journeys = false;        // span lists of all, not only stage totals
  std::uint64_t slowest = 0;    // explain that many, as doorbell run --slowest does
  std::uint32_t endpoints = 0;  // 0: as few as hold the functions
  bool thrash = false;          // TLBs, ITS and LPI caches of one entry
  bool no_bare = false;         // don't measure a bare SystemC event
  std::string statistics;       // file for all statistics and stages

  unsigned endpoint_count() const { return endpoints != 0 ? endpoints : (functions + 255) / 256; }
  /// Functions of each endpoint; the last one may have some that nobody uses.
  unsigned functions_an_endpoint() const {
    return (functions + endpoint_count() - 1) / endpoint_count();
  }
};

/// The distance between the `active` ones of `all`. Odd, so that they don't meet in one set of a
/// cache.
unsigned spread(unsigned all, unsigned active) {
  return active == 0 || all == active ? 1 : (all / active - 1) | 1;
}

/// With several functions every MSI then misses everywhere.
void shrink_caches(virt::VirtParameters& parameters) {
  smmu::TbuParameters& tbu = parameters.smmu.tbu;
  tbu.micro_tlb.geometry.entries = tbu.micro_tlb.geometry.ways = 1;
  tbu.main_tlb.geometry.entries = tbu.main_tlb.geometry.ways = 1;
  gic::ItsParameters& its = parameters.gic.its;
  its.cache_ways = its.device_cache_entries = its.event_cache_entries = 1;
  its.collection_cache_entries = 1;
  gic::RedistributorParameters& redistributor = parameters.gic.redistributor;
  redistributor.lpi_cache_entries = redistributor.lpi_cache_ways = 1;
}

virt::VirtParameters platform_for(const Options& options) {
  virt::VirtParameters parameters;
  parameters.ram.size = std::uint64_t{2} << 30;
  parameters.processors = options.processors;
  const unsigned endpoints = options.endpoint_count();
  virt::EndpointSlot slot;
  slot.endpoint.functions = options.functions_an_endpoint();
  slot.endpoint.function.msix_vectors = options.vectors;
  slot.endpoint.function.local_memory = 4096;
  parameters.endpoints.assign(endpoints, slot);
  parameters.root_complex.ports.clear();
  for (unsigned i = 0; i < endpoints; ++i) {
    const bool whole_bus = options.functions_an_endpoint() > 8;
    parameters.root_complex.ports.push_back(
        {.bus = endpoints > 1 || whole_bus ? i + 1 : 0, .device = 1, .whole_bus = whole_bus});
  }
  parameters.gic.common.intid_bits = 17;
  if (options.thrash) shrink_caches(parameters);
  return parameters;
}

/// Brings the machine up on the native processors, and says when all vectors are open.
class Firmware {
 public:
  Firmware(virt::Platform& platform, const Options& options, std::function<void()> ready)
      : options_(options),
        functions_(options.functions + 1),
        vectors_(std::size_t{options.functions} * options.vectors),
        devices_(options.functions),
        ready_(std::move(ready)) {
    sw::run_on_native_processors();
    const std::uint64_t tables_end = virt::ram_base + platform.parameters().ram.size;
    machine_.description = machine_virt(virt::ram_base + 0x100'0000, tables_end);
    machine_.description.lpi_id_bits = 17;
    machine_.description.root_buses = platform.endpoint_count() + 1;
    machine_.functions = functions_.data();
    machine_.function_capacity = static_cast<unsigned>(functions_.size());
    machine_.vectors = vectors_.data();
    machine_.vector_capacity = static_cast<unsigned>(vectors_.size());
    processors_ = platform.processor_count();
    platform.native_processor(0).set_firmware([this] { first(); });
    for (unsigned i = 1; i < processors_; ++i) {
      platform.native_processor(i).set_firmware([this] {
        require(machine_join(&machine_));
        machine_idle(&machine_);
      });
    }
  }

 private:
  static void require(enum status status) {
    if (status != STATUS_OK)
      throw std::runtime_error("bring-up failed with status " + std::to_string(status));
  }

  void first() {
    require(machine_initialise(&machine_));
    require(machine_join(&machine_));
    require(machine_wait_for(&machine_, processors_));
    // Those that send are spread evenly over the processors. The first function is the host bridge.
    const unsigned stride = spread(options_.functions, options_.active);
    for (unsigned i = 0; i < options_.functions; ++i) {
      require(machine_add_device(&machine_, &devices_[i], &functions_[i + 1],
                                 static_cast<std::uint16_t>(i + 1), options_.vectors));
      for (unsigned v = 0; v < options_.vectors; ++v) {
        require(machine_request(
            &devices_[i], v, (i / stride + v) % processors_, [](struct msi_vector*, void*) {},
            nullptr));
      }
    }
    ready_();
    machine_idle(&machine_);
  }

  const Options& options_;
  struct machine machine_ {};
  std::vector<pcie_function> functions_;
  std::vector<msi_vector> vectors_;
  std::vector<machine_device> devices_;
  std::function<void()> ready_;
  unsigned processors_ = 0;
};

/// A fixed number of MSIs under way: the next one leaves when one has been acknowledged.
class Source : public Module {
 public:
  Source(const sc_core::sc_module_name& module_name, virt::Platform& platform,
         const Options& options)
      : Module(module_name), platform_(platform), options_(options) {
    simulation().journeys().on_finish([this](const Journey&, Outcome outcome) {
      ++(outcome == Outcome::coalesced ? coalesced : acknowledged);
      if (acknowledged + coalesced == options_.messages) {
        sc_core::sc_pause();
        simulation().kernel().left_for_foreign();
      }
      under_way_.give();
    });
  }
  void start() { tasks_.spawn(run()); }

  std::uint64_t acknowledged = 0;
  std::uint64_t coalesced = 0;

 private:
  Task<void> run() {
    const std::uint32_t functions = options_.active != 0 ? options_.active : options_.functions;
    const std::uint32_t vectors =
        options_.active_vectors != 0 ? options_.active_vectors : options_.vectors;
    // Spread over all functions and vectors, so that tables are touched far apart.
    const std::uint32_t function_step = spread(options_.functions, functions);
    const std::uint32_t vector_step = spread(options_.vectors, vectors);
    for (std::uint64_t i = 0; i < options_.messages; ++i) {
      co_await under_way_.take();
      const std::uint64_t function = i % functions * function_step;
      const std::uint64_t vector = i / functions % vectors * vector_step;
      pcie::Endpoint& endpoint =
          platform_.endpoint(static_cast<unsigned>(function / options_.functions_an_endpoint()));
      pcie::Function& sender =
          endpoint.function(static_cast<unsigned>(function % options_.functions_an_endpoint()));
      tasks_.start(send(sender, static_cast<unsigned>(vector)));
    }
  }
  Task<void> send(pcie::Function& function, unsigned vector) { co_await function.signal(vector); }

  virt::Platform& platform_;
  const Options& options_;
  Credits under_way_{scheduler(), options_.outstanding};
  TaskGroup tasks_{scheduler()};
};

/// Everything that a change of host code alone must leave as it is.
void write_statistics(const std::string& file, Simulation& simulation) {
  simulation.statistics().finish(simulation.scheduler().now());
  nlohmann::ordered_json json;
  json["statistics"] = to_json(simulation.statistics());
  json["stages"] = to_json(simulation.stage_statistics());
  std::ofstream out(file);
  out << json.dump(1) << '\n';
  if (!out) throw std::runtime_error("can't write " + file);
}

int run(const Options& options) {
  const virt::VirtParameters parameters = platform_for(options);
  Simulation& simulation = Simulation::current();
  Scheduler& scheduler = simulation.scheduler();
  scheduler.set_timing(Timing::loose);
  simulation.kernel().set_lookahead(parameters.host.lookahead);
  virt::Platform platform{"virt", parameters};
  Source source{"source", platform, options};
  bench::BareEvent bare{"bare"};
  Explanation explanation{simulation.stages(), options.slowest};
  if (options.slowest != 0) {
    simulation.journeys().on_finish(
        [&](const Journey& journey, Outcome outcome) { explanation.add(journey, outcome); });
  }
  double started = 0;
  Time measured_from = 0;
  std::uint64_t resumes = 0;
  Firmware firmware{platform, options, [&] {
                      scheduler.set_timing(Timing::approximate);
                      simulation.statistics().reset(scheduler.now());
                      simulation.journeys().reset();
                      if (options.journeys || options.slowest != 0) {
                        simulation.journeys().keep_spans(0, never);
                      }
                      resumes = scheduler.resumes();
                      measured_from = scheduler.now();
                      started = bench::host_seconds();
                      source.start();
                    }};
  sc_core::sc_start();
  const double seconds = bench::host_seconds() - started;
  const double simulated = static_cast<double>(scheduler.now() - measured_from) / second;
  resumes = scheduler.resumes() - resumes;
  if (source.acknowledged + source.coalesced != options.messages) {
    std::fprintf(stderr, "MSIs were lost\n");
    return 1;
  }
  if (!options.statistics.empty()) write_statistics(options.statistics, simulation);
  const auto messages = static_cast<double>(options.messages);
  nlohmann::ordered_json result = {{"processors", options.processors},
                                   {"functions", options.functions},
                                   {"events", options.functions * options.vectors},
                                   {"outstanding", options.outstanding},
                                   {"coalesced", source.coalesced},
                                   {"million_per_host_second", messages / seconds * 1e-6},
                                   {"nanoseconds_each", seconds / messages * 1e9},
                                   {"resumes_each", static_cast<double>(resumes) / messages},
                                   {"million_per_simulated_second", messages / simulated * 1e-6}};
  if (!options.no_bare) result["bare_events_each"] = seconds / messages / bare.measure();
  std::printf("%s\n", result.dump().c_str());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app{"End-to-end MSIs a host second"};
  app.add_option("--processors", options.processors, "processors that take them");
  app.add_option("--functions", options.functions, "functions, each with its own stream");
  app.add_option("--vectors", options.vectors, "events mapped for each function");
  app.add_option("--active", options.active, "functions that send; 0 is all");
  app.add_option("--active-vectors", options.active_vectors,
                 "vectors of each that are sent; 0 is all");
  app.add_option("--outstanding", options.outstanding, "MSIs under way");
  app.add_option("--messages", options.messages, "MSIs to send");
  app.add_flag("--journeys", options.journeys, "keep the span list of every MSI");
  app.add_option("--slowest", options.slowest, "explain that many of the slowest MSIs");
  app.add_option("--endpoints", options.endpoints,
                 "endpoints that share the functions; 0 is as few as hold them");
  app.add_flag("--thrash", options.thrash, "TLBs, ITS and LPI caches of one entry");
  app.add_flag("--no-bare", options.no_bare, "don't measure a bare SystemC event");
  app.add_option("--statistics", options.statistics,
                 "write all statistics and stages to this file");
  CLI11_PARSE(app, argc, argv);
  return run(options);
}
