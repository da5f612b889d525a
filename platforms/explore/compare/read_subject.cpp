#include <nlohmann/json.hpp>

#include "platforms/explore/compare/subject.h"
#include "platforms/explore/results/statistics_file.h"

namespace doorbell::explore {

Subject read_subject(const std::string& path) {
  return is_sweep(path) ? subject_of(path, read_sweep_database(path))
                        : subject_of(path, read_statistics(path));
}

}  // namespace doorbell::explore
