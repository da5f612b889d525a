// Runs in which not all goes well say so: in the summary, in the statistics, by their status.
#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/system/command.h"
#include "tests/system/made_workload.h"

namespace doorbell::testing {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* software_failed = "doorbell: software failed: ";
/// Made workloads have 64 events.
const std::string more_vectors = " --set endpoints.0.function.msix_vectors=64";
constexpr const char* stands_still = "doorbell: the run stands still at ";

class Failure : public ::testing::Test {
 protected:
  /// A function with two events, its doorbell mapped, and a page at 0x1000.
  Workload workload() {
    Workload workload({0, 1});
    workload.add("cpu0 map stream=0x8 iova=0x1000 pages=1 frame=0");
    return workload;
  }

  void run(const Workload& workload) {
    const std::string file = scratch_.path("statistics.json");
    const CommandResult result =
        run_doorbell("run " + source_path("platforms/virt.yaml") + more_vectors + " --workload " +
                     scratch_.write("made.trace", workload.text()) + " --stats " + file);
    status_ = result.status;
    errors_ = result.errors;
    summary_ = result.output;
    statistics_ = nlohmann::json::parse(read_file(file));
  }

  std::uint64_t total(const char* name) const { return statistics_["totals"].value(name, 0); }
  std::uint64_t faults() const {
    return total("commands_refused") + total("operations_failed") + total("operations_refused") +
           total("events_recorded") + total("errors_raised");
  }
  long lines_of_errors() const { return std::count(errors_.begin(), errors_.end(), '\n'); }

  ScratchDirectory scratch_;
  int status_ = -1;
  std::string errors_;
  std::string summary_;
  nlohmann::json statistics_;
};

TEST_F(Failure, NoneIsNamedWhereAllGoesWell) {
  Workload good = workload();
  good.add_of_device("dev write stream=0x8 iova=0x1000 bytes=64 kind=data");
  good.send(0);
  run(good);
  EXPECT_EQ(status_, 0) << errors_;
  EXPECT_TRUE(statistics_["totals"].contains("commands_refused"));
  EXPECT_EQ(faults(), 0u);
  EXPECT_THAT(summary_, Not(HasSubstr("Not all went well")));
}

TEST_F(Failure, OfSoftwareEndsWithItsStatusAndNamesTheFirstRecord) {
  Workload bad = workload();
  bad.add("cpu0 unmap stream=0x8 iova=0x5000 pages=1");
  bad.add("cpu0 unmap stream=0x8 iova=0x6000 pages=1");
  bad.send(0);
  run(bad);
  EXPECT_EQ(status_, 3);
  EXPECT_THAT(errors_, AllOf(StartsWith(software_failed),
                             HasSubstr("2 of its operations failed, the first at record 8")));
  EXPECT_EQ(lines_of_errors(), 1);
  EXPECT_EQ(total("operations_failed"), 2u);
  EXPECT_EQ(faults(), 2u);
  EXPECT_THAT(summary_, HasSubstr("Not all went well: 2 operations of software failed\n"));
  EXPECT_FALSE(statistics_["partial"]);
}

TEST_F(Failure, OfADeviceIsCountedWithTheEventItMakes) {
  Workload bad = workload();
  bad.add_of_device("dev read stream=0x8 iova=0x9000 bytes=64 kind=data");
  bad.send(0);
  run(bad);
  EXPECT_EQ(status_, 0) << errors_;
  EXPECT_EQ(total("operations_refused"), 1u);
  EXPECT_EQ(total("events_recorded"), 1u);
  EXPECT_EQ(faults(), 2u);
  EXPECT_THAT(summary_, HasSubstr("1 operation of functions refused, 1 event recorded\n"));
}

// The ITS's table of the device has two events; drivers don't learn of an ITS's refusals.
TEST_F(Failure, OfACommandIsCounted) {
  Workload bad({0});
  bad.add("cpu0 its MAPD device=8 bits=1 valid=1");
  bad.add("cpu0 its MAPTI device=8 event=40 collection=0 lpi=8232");
  run(bad);
  EXPECT_GE(total("commands_refused"), 1u);
  EXPECT_THAT(summary_, ContainsRegex("Not all went well: [0-9]+ commands? refused"));
}

// Vectors are unmasked when the doorbell's page is mapped, which never happens.
TEST_F(Failure, ARunWhoseInterruptNeverComesStandsStill) {
  Workload bad({});
  std::string text = bad.text();
  text.erase(text.find("1000 cpu0 map"), std::string("1000 cpu0 map stream=0x8 iova=0xfffff000 "
                                                     "pages=1 doorbell\n")
                                             .size());
  text.replace(text.find("end 2"), 5, "1001 dev msi stream=0x8 iova=0xfffff040 event=0\nend 2");
  const CommandResult result =
      run_doorbell("run " + source_path("platforms/virt.yaml") + more_vectors + " --workload " +
                   scratch_.write("masked.trace", text));
  EXPECT_EQ(result.status, 3);
  EXPECT_THAT(result.errors,
              AllOf(StartsWith(stands_still), HasSubstr("processors 0, 1, 2, 3 sleep"),
                    HasSubstr("the oldest is record 2, sent and not taken")));
  EXPECT_THAT(result.output, StartsWith("Partial"));
}

}  // namespace
}  // namespace doorbell::testing
