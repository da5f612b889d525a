#include "platforms/command/workload_source.h"

#include <functional>
#include <string>
#include <vector>

#include "doorbell/core/arch/error.h"
#include "platforms/replay/replay.h"
#include "traces/format/content_hash.h"
#include "traces/make/workload_file.h"

namespace doorbell {
namespace {

/// A trace, or a description of a workload, to be replayed.
class ReplaySource : public WorkloadSource {
 public:
  ReplaySource(const std::string& file, const std::vector<std::string>& settings)
      : workload_(workload::open(file, settings)),
        hash_(workload::is_description(file) ? trace::content_hash(*workload_.open())
                                             : trace::content_hash(file)) {}
  WorkloadIdentity identity() const override {
    return {.hash = hash_, .made_from = workload_.open()->header().made_from};
  }
  std::unique_ptr<Workload> make(virt::Platform& platform,
                                 const Description& description) override {
    return std::make_unique<replay::Replay>(platform, description.replay, workload_);
  }

 private:
  trace::Workload workload_;
  std::uint64_t hash_;
};

}  // namespace

std::unique_ptr<WorkloadSource> read_workload(const RunOptions& options, Description& description,
                                              ParameterTree& tree) {
  DescriptionSources sources = options.sources;
  std::erase_if(sources.settings, workload::is_of_workload);
  read_description(tree, sources);
  description.platform.check();
  std::vector<std::string> settings = options.sources.settings;
  std::erase_if(settings, std::not_fn(workload::is_of_workload));
  return std::make_unique<ReplaySource>(workload_file(options.workload), settings);
}

}  // namespace doorbell
